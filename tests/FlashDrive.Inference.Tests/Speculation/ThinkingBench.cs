using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Speculation;

/// <summary>One prefilled window of the tiny model with a random drafter, thought over again and again on the own kernels.</summary>
public sealed class ThinkingBench : IDisposable
{
    internal static readonly EngineOptions Options =
        new EngineOptions(new ReasoningOptions(Budget: 24), new FlowOptions(Samples: 1, Steps: 3), FramesPerCamera: 2, Seed: 3) { OwnKernels = true, Drafting = new(Enabled: true) };

    private readonly PrefillState _state = new(Options.FramesPerCamera);
    private readonly PrefilledWindow _window;
    private readonly IDeliberativeReasoner _target;
    private readonly IVerifier _verifier;

    public ThinkingBench()
    {
        Model = TinyModel.Create();
        Attach(Model);
        var stages = EngineStages.Of(Model, Options, sessions: 1);
        (_target, _verifier) = (stages.Deliberative, stages.Verifier);
        var ingest = new IngestState();
        PrefilledWindow? window = null;
        for (var i = 0; i < Options.FramesPerCamera; i++) window = stages.Prefill.Prefill(_state, [stages.Encoder.Encode(stages.Ingest.Admit(ingest, TinyModel.Tick(i)))]);
        _window = window!;
        Rules = ThoughtRules.Of(Model.Vocabulary);
    }

    internal DrivingModel Model { get; }

    internal ThoughtRules Rules { get; }

    internal ReasoningSession Session => _window.Session;

    internal DflashProposer Dflash() => new(Model.Drafter!, Model.Vocabulary.TrajectoryStart, Model.Vocabulary.TrajectoryCount);

    private TokenSampler NewSampler() => new(Model.Vocabulary.Length, Model.Vocabulary.TrajectoryStart, Model.Vocabulary.TrajectoryCount);

    /// <summary>Gives the tiny model a drafter of random weights.</summary>
    internal static void Attach(DrivingModel model)
    {
        var configuration = new DrafterConfiguration(model.Configuration.Text.Hidden, 64, 2, 4, 2, 16, 1e-6, 1e6, 8, 8, [1, 3], model.Vocabulary.Length);
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(11);
        model.Attach(configuration, new ParameterSet(DrafterCheckpoint.Shapes(configuration).Select(shape => KeyValuePair.Create(shape.Name, Draw(generator, shape)))));
    }

    /// <summary>A thought of its own over the window; it stays in the session until the next one.</summary>
    internal FrameSession Think(IDraftProposer? proposer, ReasoningOptions reasoning, ulong seed, DraftingSwitch? drafting = null, ThoughtRules? rules = null)
    {
        Session.Restart();
        var frame = new FrameSession(_window, Options with { Reasoning = reasoning }, seed, drafting: drafting);
        ThoughtLoop.Run(new RoutineReasonerStage(Rules, Model.Vocabulary.Length, proposer), _target, rules is null ? _verifier : new VerifierStage(rules, NewSampler(), Model.Vocabulary.Length), frame);
        return frame;
    }

    /// <summary>Keys and values of everything the thought wrote, by layer.</summary>
    internal float[] Written()
    {
        using var scope = torch.NewDisposeScope();
        var values = new List<float>();
        for (var layer = 0; layer < Model.Network.Language.Layers; layer++)
        {
            var (k, v) = Session.View.Read(layer, Session.Scratch.Slots);
            values.AddRange(k.narrow(2, Session.Scratch.WindowLength, Session.Scratch.Tokens).ToArray<float>());
            values.AddRange(v.narrow(2, Session.Scratch.WindowLength, Session.Scratch.Tokens).ToArray<float>());
        }
        return [.. values];
    }

    public void Dispose()
    {
        _window.Dispose();
        _state.Dispose();
        Model.Dispose();
    }

    private static Tensor Draw(Generator generator, ParameterShape shape)
    {
        var values = generator.randn(shape.Shape);
        if (shape.Name.Contains("norm", StringComparison.Ordinal)) return values * 0.1 + 1;
        return shape.Shape.Length == 1 ? values * 0.1 : values * (1 / Math.Sqrt(shape.Shape[1]));
    }
}
