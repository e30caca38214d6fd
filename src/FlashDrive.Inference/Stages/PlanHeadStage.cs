using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>The flow head over a frame's session, and the plan that comes of it.</summary>
public sealed class PlanHeadStage(DrivingModel model, FlowHeadStage flow) : IFlowHead
{
    public bool Denoise(FrameSession session)
    {
        session.ThrowIfCancelled();
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var (first, count) = (session.FirstSample, session.SamplesPerThought);
        var noise = flow.Noise(session.FlowRandom, first, count);
        using var drawn = flow.Denoise(
            session.Session, noise, session.Options.Flow, session.Unguided, observe: session.IsCancelled is null ? null : (_, _) => session.ThrowIfCancelled());
        var values = drawn.data<float>();
        values.CopyTo(session.Actions.AsSpan(first * values.Length / count));
        session.Evaluations += flow.ScheduleOf(session.Options.Flow).Evaluations * (session.Options.Flow.GuidanceWeight is null ? 1 : 2);
        return session.Close(Plans.Thought(model.Vocabulary, session.Session));
    }

    public Plan Assemble(FrameSession session) => Plans.Assemble(model, session.Window.Facts, session.Thoughts, session.Actions);
}
