using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Streaming;

/// <summary>The ticks of the fixture: window w shows ticks w .. w + frames − 1 and has the history and the noise of its number.</summary>
internal sealed class RecordedStream : IDisposable
{
    private readonly FixtureFile _inputs;
    private readonly int _waypoints;
    private readonly EncodedFrame[] _encoded;

    internal RecordedStream(FixtureEngine engine, JsonElement json, FixtureFile inputs)
    {
        (Engine, _inputs, _waypoints) = (engine, inputs, json.Int("action_tokens"));
        var cameras = json.Ints("cameras");
        (Frames, Windows, Budget) = (json.Int("frames_per_view"), json.Int("windows"), json.Int("max_new_tokens"));
        var histories = Enumerable.Range(0, Windows).Select(window => FixtureClip.History(inputs, window)).ToArray();
        var ticks = FixtureClip.Window(inputs, cameras, Frames + Windows - 1, histories[0], "frames").Ticks;
        Ticks = [.. ticks.Select((tick, i) => tick with { History = histories[Math.Max(0, i - Frames + 1)] })];
        _encoded = [.. Ticks.Select(Encode)];
        var route = json.IsNull("navigation_text") ? null : json.Text("navigation_text");
        Prompt = engine.Model.Prompts.Build(new([.. _encoded[0].Grids.SelectMany(grid => Enumerable.Repeat(grid, Frames))], Frames, cameras, route));
        Layout = WindowLayout.Of(Prompt);
        Options = new(new ReasoningOptions(Budget: Budget + 2), new(Steps: json.Int("flow_steps")) { Reuse = json.Ints("flow_reuse") }, Frames, Route: route)
        {
            Streaming = new(Enabled: true, RefreshEvery: null), OwnKernels = true, Drafting = new(),
        };
    }

    internal FixtureEngine Engine { get; }

    internal int Frames { get; }

    internal int Windows { get; }

    /// <summary>Tokens of a thought.</summary>
    internal int Budget { get; }

    internal IReadOnlyList<FrameBundle> Ticks { get; }

    internal Prompt Prompt { get; }

    internal WindowLayout Layout { get; }

    /// <summary>What the engine is asked for when it drives the stream by itself.</summary>
    internal EngineOptions Options { get; }

    internal EgoHistory History(int window) => Ticks[window + Frames - 1].History;

    internal int[] HistoryTokens(int window) => Engine.Model.HistoryTokens(History(window));

    /// <summary>[1, waypoints, 2]</summary>
    internal Tensor Noise(int window) => torch.tensor(_inputs.Floats("noise").AsSpan(window * _waypoints * 2, _waypoints * 2).ToArray(), 1, _waypoints, 2);

    /// <summary>The rows that a window computes: all of the first one.</summary>
    internal WindowRows Rows(int window) => window == 0 ? WindowRows.Whole(Layout) : WindowRows.Moved(Layout, Frames, 1);

    /// <summary>Features of the newest frames of every view, in prompt order.</summary>
    internal VisionFeatures Features(int window, int newest)
    {
        StreamWindow.WindowSlot[] slots = [.. Enumerable.Range(window, Frames).Select(tick => new StreamWindow.WindowSlot(tick, _encoded[tick], Hole: false))];
        return new WindowImages(slots).Features(newest);
    }

    /// <summary>A tick through the encoder by itself; the caller's.</summary>
    internal EncodedFrame Encode(FrameBundle tick) => Engine.Encoder.Encode(new IngestedFrame(
        tick, new(tick.FrameId, tick.TickMicroseconds, [.. tick.Frames.Select(frame => frame.CameraIndex)], tick.History, null, false, 0, "start"), 0));

    public void Dispose()
    {
        foreach (var frame in _encoded) frame.Dispose();
    }
}
