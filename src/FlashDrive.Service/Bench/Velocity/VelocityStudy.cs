using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Service.Bench.Velocity;

/// <param name="Evaluations">How many evaluations are to be spent.</param>
/// <param name="Steps">Steps of the grid; null takes the checkpoint's.</param>
/// <param name="Windows">Windows on which steps are chosen; the choice is judged on as many others.</param>
internal sealed record VelocityRequest(int Evaluations, int? Steps, int Windows, int Samples, ulong Seed);

/// <summary>Error of a schedule over windows it was not chosen on. Metres.</summary>
internal sealed record ScheduleErrors(FlowSchedule Schedule, double Ade, double MinAde);

/// <param name="Profile">Mean over the windows.</param>
/// <param name="Best">The choice whose paths lie nearest to the whole schedule's.</param>
/// <param name="BestAway">Mean distance of its paths from the whole schedule's, metres, on the windows it was chosen on.</param>
/// <param name="UniformAway">The same of as many uniform steps.</param>
internal sealed record VelocityReport(
    VelocityRequest Request, VelocityProfile Profile, FlowSchedule Best, double BestAway, double UniformAway, ScheduleErrors WholeErrors, ScheduleErrors BestErrors, ScheduleErrors UniformErrors);

/// <summary>Measures how the flow's velocity changes along its steps and which steps are worth an evaluation.</summary>
internal static class VelocityStudy
{
    private const int Budget = 48;

    /// <param name="progress">Share done.</param>
    public static VelocityReport Run(DrivingModel model, VelocityRequest request, IProgress<double> progress, CancellationToken cancel)
    {
        var steps = request.Steps ?? model.Configuration.Flow.Steps;
        var search = new StepSearch(steps, request.Evaluations);
        var seen = new List<WindowVelocities>();
        var whole = Options(request, 1, steps, []);
        using (var rollout = new SequentialRollout(model, whole, change: stages => stages with { Flow = new VelocityHead(model, stages.Flow, Flow(model), search, seen.Add) }))
            for (var i = 0; i < request.Windows; i++)
            {
                rollout.Drive(HeldOutWindows.At(i), cancel);
                progress.Report(0.7 * (i + 1) / request.Windows);
            }

        double Away(int choice) => seen.Average(window => window.Away[choice]);
        var best = Enumerable.Range(0, search.Choices.Count).MinBy(Away);
        int[] reuse = [.. Enumerable.Range(0, steps).Except(search.Choices[best])];
        var profiles = seen.ConvertAll(window => VelocityProfile.Of(window.Velocities));
        var profile = new VelocityProfile(Mean(profiles, p => p.Change), Mean(profiles, p => p.Cosine));
        // Uniform steps are the plain way to spend as many evaluations.
        EngineOptions[] judged = [Options(request, request.Samples, steps, []), Options(request, request.Samples, steps, reuse), Options(request, request.Samples, request.Evaluations, [])];
        var errors = Judge(model, judged, request, progress, cancel);
        return new(request, profile, new(steps, reuse), Away(best), seen.Average(w => w.UniformAway), errors[0], errors[1], errors[2]);
    }

    private static ScheduleErrors[] Judge(DrivingModel model, EngineOptions[] options, VelocityRequest request, IProgress<double> progress, CancellationToken cancel)
    {
        var rollouts = options.Select(o => new SequentialRollout(model, o)).ToList();
        var (ade, minAde) = (new double[options.Length], new double[options.Length]);
        try
        {
            for (var i = 0; i < request.Windows; i++)
            {
                var window = HeldOutWindows.At(request.Windows + i);
                var truth = window.Newest.Future!;
                for (var way = 0; way < rollouts.Count; way++)
                {
                    var plan = rollouts[way].Drive(window, cancel).Plan ?? throw new InvalidOperationException($"window {request.Windows + i} has no plan");
                    ade[way] += DisplacementErrors.Average(plan.Trajectories[0], truth) / request.Windows;
                    minAde[way] += DisplacementErrors.MinimumAverage(plan.Trajectories, truth) / request.Windows;
                }
                progress.Report(0.7 + 0.3 * (i + 1) / request.Windows);
            }
        }
        finally
        {
            foreach (var rollout in rollouts) rollout.Dispose();
        }
        return [.. options.Select((o, way) => new ScheduleErrors(o.Flow.Schedule(0), ade[way], minAde[way]))];
    }

    private static FlowHeadStage Flow(DrivingModel model) => new(model.Network.Expert, Trajectory.Points, model.Configuration.Flow.Steps);

    private static EngineOptions Options(VelocityRequest request, int samples, int steps, int[] reuse) =>
        new(new(Temperature: 0, TopP: 1, Budget: Budget), new(samples, steps) { Reuse = reuse }, Seed: request.Seed);

    private static double[] Mean(List<VelocityProfile> profiles, Func<VelocityProfile, IReadOnlyList<double>> part) =>
        [.. Enumerable.Range(0, part(profiles[0]).Count).Select(i => profiles.Average(p => part(p)[i]))];
}
