using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Service.Bench.Velocity;

/// <summary>
/// Stands in the flow head's place: draws every trajectory with the whole schedule and looks, over the same cache and noise, at the
/// velocities and at what other schedules would have drawn.
/// </summary>
internal sealed class VelocityHead(DrivingModel model, IFlowHead head, FlowHeadStage flow, StepSearch search, Action<WindowVelocities> seen) : IFlowHead
{
    public bool Denoise(FrameSession session)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var history = session.Window.Facts.Newest.History;
        var noise = flow.Noise(session.FlowRandom, 0, 1);
        var velocities = new List<float[]>();
        using var whole = flow.Denoise(session.Session, noise, session.Options.Flow, observeVelocity: (_, v) => velocities.Add(v.ToArray<float>()));
        var drawn = Path(whole, history);
        var away = new double[search.Choices.Count];
        search.Run(noise, (x, t) => flow.Velocity(session.Session, x, t), (choice, x) => away[choice] = DisplacementErrors.Average(Path(x, history), drawn));
        using var few = flow.Denoise(session.Session, noise, session.Options.Flow with { Steps = search.Choices[0].Length, Reuse = [] });
        seen(new(velocities, away, DisplacementErrors.Average(Path(few, history), drawn)));
        return head.Denoise(session);
    }

    public Plan Assemble(FrameSession session) => head.Assemble(session);

    private Trajectory Path(Tensor actions, EgoHistory history) => model.Actions.ToTrajectory(actions.ToArray<float>(), history);
}

/// <summary>What one window showed.</summary>
/// <param name="Velocities">[steps][waypoints·2]</param>
/// <param name="Away">Of every choice of steps: mean distance of its path from the whole schedule's, metres.</param>
/// <param name="UniformAway">Of as many uniform steps.</param>
internal sealed record WindowVelocities(IReadOnlyList<float[]> Velocities, double[] Away, double UniformAway);
