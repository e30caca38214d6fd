using FlashDrive.Driving;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Inference.Tests.Streaming;

/// <summary>The encoder and the prefill of one stream, tick by tick, with the sessions' owner in the test.</summary>
internal sealed class StreamedStream : IDisposable
{
    internal static readonly EngineOptions Options =
        new(new ReasoningOptions(Budget: 4), new FlowOptions(Steps: 2), FramesPerCamera: 3, Seed: 3) { Streaming = new(Enabled: true) };

    private readonly EngineStages _stages;
    private readonly IngestState _ingest = new();

    internal StreamedStream(DrivingModel model, EngineOptions options, int sessions = 1)
    {
        _stages = EngineStages.Of(model, options, sessions);
        State = new(options.FramesPerCamera);
    }

    internal PrefillState State { get; }

    internal StreamPrefillStage Prefill => (StreamPrefillStage)_stages.Prefill;

    internal EncodedFrame Encode(FrameBundle tick) => _stages.Encoder.Encode(_stages.Ingest.Admit(_ingest, tick));

    /// <summary>Moves ticks in with one prefill; null while the first ones are collected.</summary>
    internal PrefilledWindow? Insert(params FrameBundle[] ticks)
    {
        EncodedFrame[] waiting = [.. ticks.Select(Encode)];
        try
        {
            return _stages.Prefill.Prefill(State, waiting);
        }
        catch
        {
            foreach (var frame in waiting) frame.Dispose();
            throw;
        }
    }

    internal PrefilledWindow? Insert(params long[] ids) => Insert([.. ids.Select(id => TinyModel.Tick(id))]);

    /// <summary>The bits of every block, key and value, and of the last row.</summary>
    internal static float[] Bits(PrefilledWindow window)
    {
        using var scope = Torch.torch.NewDisposeScope();
        return
        [
            .. StreamRig.Cache(window.Session, keys: true).ToArray<float>(), .. StreamRig.Cache(window.Session, keys: false).ToArray<float>(),
            .. window.Session.LastHidden.ToArray<float>(),
        ];
    }

    /// <summary>Blocks of a window's table, in slot order.</summary>
    internal static List<KvBlock> Blocks(PrefilledWindow window) =>
        [.. Enumerable.Range(0, window.Session.Lease.Table.Count).Select(window.Session.Lease.Table.Block)];

    public void Dispose() => State.Dispose();
}
