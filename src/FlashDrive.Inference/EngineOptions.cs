using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Inference;

/// <summary>What a run of the engine is asked for.</summary>
/// <param name="FramesPerCamera">Frames of one view in a window (F of the design).</param>
/// <param name="ThoughtPerSample">A thought of its own for every trajectory, drawn one after another; otherwise one thought serves all.</param>
/// <param name="Seed">Every random number of the run follows from it and from the frame's id.</param>
/// <param name="Route">Navigation text that overrides what the frames carry.</param>
public sealed record EngineOptions(
    ReasoningOptions Reasoning, FlowOptions Flow, int FramesPerCamera = 4, bool ThoughtPerSample = false, ulong Seed = 0, string? Route = null)
{
    public static readonly EngineOptions Default = new(new ReasoningOptions(), new FlowOptions());

    /// <summary>Computes with the own kernels where they exist (float32 on a CPU) instead of chains of LibTorch's operators.</summary>
    public bool OwnKernels { get; init; }

    public StreamingOptions Streaming { get; init; } = new();

    public DraftingOptions Drafting { get; init; } = new();

    /// <summary>These options with the techniques given on and the others off.</summary>
    /// <param name="adaptive">Steps and reused steps of <see cref="Techniques.Adaptive"/>.</param>
    public EngineOptions With(Techniques techniques, FlowOptions adaptive) => this with
    {
        OwnKernels = techniques.HasFlag(Techniques.System),
        Streaming = Streaming with { Enabled = techniques.HasFlag(Techniques.Streaming) },
        Drafting = Drafting with { Enabled = techniques.HasFlag(Techniques.Speculation) },
        Flow = techniques.HasFlag(Techniques.Adaptive) ? Flow with { Steps = adaptive.Steps, Reuse = adaptive.Reuse } : Flow with { Reuse = [] },
    };

    /// <summary>
    /// Whether thoughts are decoded on the own kernels: also when they are drafted, since only there a verified row has the bits of a
    /// plain one.
    /// </summary>
    internal bool DecodesOnKernels(ScalarType dtype) => (OwnKernels || Drafting.Enabled) && dtype == ScalarType.Float32;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; the message names the option, its value and the rule.</exception>
    public EngineOptions Validated()
    {
        OptionRule.Require(FramesPerCamera is >= 1 and <= 64, nameof(FramesPerCamera), FramesPerCamera, "must be from 1 to 64");
        OptionRule.Require(Flow.Samples is >= 1 and <= 64, "samples", Flow.Samples, "must be from 1 to 64");
        OptionRule.Require(Flow.Steps is null or (>= 1 and <= 1000), "steps", Flow.Steps, "must be from 1 to 1000");
        OptionRule.Require(Streaming.RefreshEvery is null or (>= 1 and <= 1_000_000), "refresh", Streaming.RefreshEvery, "must be from 1 to 1000000 windows");
        OptionRule.Require(double.IsFinite(Flow.NoiseTemperature) && Flow.NoiseTemperature >= 0, "noise temperature", Flow.NoiseTemperature, "must be finite and not negative");
        OptionRule.Require(Flow.GuidanceWeight is null || double.IsFinite(Flow.GuidanceWeight.Value), "guidance weight", Flow.GuidanceWeight, "must be finite");
        OptionRule.Require(double.IsFinite(Reasoning.Temperature) && Reasoning.Temperature >= 0, "temperature", Reasoning.Temperature, "must be finite and not negative");
        OptionRule.Require(Reasoning.TopP is > 0 and <= 1, "top-p", Reasoning.TopP, "must be above 0 and at most 1");
        OptionRule.Require(Reasoning.Budget is >= 0 and <= 4096, "budget", Reasoning.Budget, "must be from 0 to 4096 tokens");
        OptionRule.Require(double.IsFinite(Drafting.CostRatio) && Drafting.CostRatio >= 1, "draft cost ratio", Drafting.CostRatio, "must be finite and at least 1");
        OptionRule.Require(Drafting.Window is >= 1 and <= 10_000, "draft window", Drafting.Window, "must be from 1 to 10000 rounds");
        OptionRule.Require(Drafting.ProbeAfter is >= 1 and <= 1_000_000, "draft probe", Drafting.ProbeAfter, "must be from 1 to 1000000 rounds");
        return this;
    }
}
