using FlashDrive.Inference.Guard;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Language;

namespace FlashDrive.Inference.Stages;

/// <summary>Encodes the new frame of every camera.</summary>
public interface IStreamingEncoder
{
    /// <exception cref="NonFiniteException">The features are not finite.</exception>
    EncodedFrame Encode(IngestedFrame frame);
}

/// <summary>Moves encoded frames into a stream's window and runs the language model over it.</summary>
public interface IPrefill
{
    /// <summary>The window over the waiting frames, or null while its first frames are collected. A throw commits nothing.</summary>
    /// <param name="waiting">Frames of one epoch in order, at least one. Taken over on return, the caller's on a throw.</param>
    /// <exception cref="NonFiniteException">Hidden states, keys or values are not finite.</exception>
    PrefilledWindow? Prefill(PrefillState state, IReadOnlyList<EncodedFrame> waiting);
}

/// <summary>Drafts the next tokens of a thought cheaply.</summary>
public interface IRoutineReasoner
{
    DraftTokens Propose(FrameSession session);
}

/// <summary>The unmodified target model.</summary>
public interface IDeliberativeReasoner
{
    /// <summary>Scores after every token not written yet and after every proposal.</summary>
    TargetScores Score(FrameSession session, DraftTokens draft);

    /// <summary>Writes what an ended thought has not written yet, in every branch: the flow reads all of it.</summary>
    void Settle(FrameSession session);
}

/// <summary>Decides which tokens a thought takes and when it ends.</summary>
public interface IVerifier
{
    /// <summary>True while the thought goes on.</summary>
    /// <exception cref="NonFiniteException">Logits that decide are not finite.</exception>
    bool Accept(FrameSession session, DraftTokens draft, TargetScores scores);
}

/// <summary>Draws the trajectories that follow from a thought.</summary>
public interface IFlowHead
{
    /// <summary>Draws the present thought's actions; true when another thought of the frame is to follow.</summary>
    /// <exception cref="NonFiniteException">The actions are not finite.</exception>
    /// <exception cref="OperationCanceledException">The frame was cancelled between two steps.</exception>
    bool Denoise(FrameSession session);

    /// <summary>The plan of a frame whose thoughts are all drawn.</summary>
    Plan Assemble(FrameSession session);
}

/// <summary>The stage objects of one engine: the same ones whatever runs them. Each has one owner at a time.</summary>
public sealed record EngineStages(
    CameraIngestStage Ingest, IStreamingEncoder Encoder, IPrefill Prefill, IRoutineReasoner Routine, IDeliberativeReasoner Deliberative,
    IVerifier Verifier, IFlowHead Flow, PlanGuardStage Guard)
{
    /// <param name="sessions">Frames between prefill and plan at the same time, per stream (S of the design).</param>
    public static EngineStages Of(DrivingModel model, EngineOptions options, int sessions)
    {
        options.Validated();
        var (c, v) = (model.Configuration, model.Vocabulary);
        var drafter = model.DrafterOf(options);
        var rules = ThoughtRules.Of(v);
        var own = options.OwnKernels && model.Network.Language.HasKernel;
        TokenSampler NewSampler() => new(v.Length, v.TrajectoryStart, v.TrajectoryCount);
        return new(
            new(),
            new StreamingEncoderStage(model.Network.Vision, model.NewImageProcessor(), c.Vision.MergeSize, own),
            new StreamPrefillStage(model, options, sessions),
            new RoutineReasonerStage(rules, v.Length, drafter is null ? null : new DflashProposer(drafter, v.TrajectoryStart, v.TrajectoryCount)),
            new DeliberativeReasonerStage(model.Network.Language, drafter?.Configuration.TargetLayers, options.DecodesOnKernels(model.Network.Language.Dtype)),
            new VerifierStage(rules, NewSampler(), v.Length),
            new PlanHeadStage(model, new(model.Network.Expert, c.ActionSpace.Waypoints, c.Flow.Steps, own)),
            new(GuardLimits.Of(c.ActionSpace)));
    }
}
