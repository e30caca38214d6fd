using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>The one clip of the fixture <c>full</c>, which <c>expert</c> continues: window, prompt with fused history, and where it lies.</summary>
internal sealed record FullClip(IngestedWindow Window, Prompt Prompt, Prompt Fused)
{
    internal static FullClip Load(FixtureEngine engine, FixtureFolder folder)
    {
        var description = folder.Json("case.json");
        int[] cameras = [.. description.GetProperty("cameras").EnumerateArray().Select(c => c.GetInt32())];
        var frames = description.GetProperty("frames_per_camera").GetInt32();
        var inputs = folder.Open("inputs");
        var window = FixtureClip.Window(inputs, cameras, frames, FixtureClip.History(inputs));
        var processor = engine.Model.NewImageProcessor();
        var shape = inputs.Shape("images");
        var grid = processor.GridOf((int)shape[2], (int)shape[3]);
        var prompt = engine.Model.Prompts.Build(new([.. Enumerable.Repeat(grid, cameras.Length * frames)], frames, cameras));
        return new(window, prompt, prompt.FuseHistory(engine.Model.HistoryTokens(window.Newest.History)));
    }

    /// <summary>The window's session over pools of its own; the caller disposes it.</summary>
    internal ReasoningSession Prefill(FixtureEngine engine, Action<int, Tensor>? observe = null)
    {
        using var encoded = engine.Encoder.Encode(Window);
        return engine.Prefill(Kv.WindowLayout.Of(Fused)).Whole(Fused, encoded.Features, observe);
    }
}
