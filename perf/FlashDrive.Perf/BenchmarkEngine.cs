using System.Text.Json;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;

namespace FlashDrive.Perf;

/// <summary>The engine as `flashdrive drive` runs it: every technique on, with the figures of the shipped pipeline file.</summary>
internal static class BenchmarkEngine
{
    internal const string Model = "models/nano-streaming";

    private const string Pipeline = "config/pipelines/cpu-nano.json";

    internal static EngineOptions Options()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Pipeline));
        var root = file.RootElement;
        int[] reuse = [.. root.GetProperty("flow_reuse").EnumerateArray().Select(step => step.GetInt32())];
        var engine = EngineOptions.Default with { Drafting = new() { CostRatio = root.GetProperty("draft_cost_ratio").GetDouble() } };
        return engine.With(Techniques.All, new FlowOptions(Steps: root.GetProperty("flow_steps").GetInt32()) { Reuse = reuse });
    }
}
