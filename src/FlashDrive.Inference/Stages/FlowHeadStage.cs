using FlashDrive.Driving;
using FlashDrive.Inference.Flow;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Integrates the action expert's velocity from noise to normalised actions over the session's cache (alpamayo.md §10, §11). All
/// samples share one cache and run as one batch.
/// </summary>
/// <param name="ownKernels">Evaluate by the expert's own kernel; what is observed goes through LibTorch's operators all the same.</param>
public sealed class FlowHeadStage(ActionExpert expert, int waypoints, int configuredSteps, bool ownKernels = false)
{
    private (FlowOptions Options, FlowSchedule Schedule)? _schedule;

    /// <summary>The steps of one branch. Frame after frame asks for the same ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A reused step is not one of the schedule.</exception>
    public FlowSchedule ScheduleOf(FlowOptions options)
    {
        if (_schedule is not { } kept || !ReferenceEquals(kept.Options, options)) _schedule = kept = (options, options.Schedule(configuredSteps));
        return kept.Schedule;
    }

    /// <summary>Standard-normal noise, keyed by (sample, element) and nothing else.</summary>
    /// <param name="first">Number of the first sample.</param>
    /// <returns>[samples, waypoints, 2]</returns>
    public Tensor Noise(KeyedRandom random, int first, int samples)
    {
        var noise = torch.empty(samples, waypoints, 2);
        var values = noise.buffer<float>();
        var perSample = waypoints * 2;
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.At(first + i / perSample).Normal((ulong)(i % perSample));
        return noise;
    }

    /// <param name="noise">[samples, waypoints, 2] standard normal; the temperature is applied here.</param>
    /// <param name="unguided">The session of the window without its route, holding the same thought; with a guidance weight only.</param>
    /// <param name="offset">Slot of the first action token; null puts it right behind the thought.</param>
    /// <param name="observe">Sees the states; see <see cref="FlowMatching.Integrate"/>.</param>
    /// <param name="observeVelocity">Sees the velocity of every step, reused ones too.</param>
    /// <returns>Normalised (acceleration, curvature), [samples, waypoints, 2], owned by the caller.</returns>
    public Tensor Denoise(
        ReasoningSession session, Tensor noise, FlowOptions options, ReasoningSession? unguided = null, int? offset = null, Action<int, Tensor>? observe = null,
        Action<int, Tensor>? observeVelocity = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var velocity = Branch(session, offset);
        if (options.GuidanceWeight is { } weight)
        {
            var without = Branch(unguided ?? throw new ArgumentException("guidance needs the window without its route", nameof(unguided)), null);
            var with = velocity;
            velocity = (x, t) => Guide(with(x, t), without(x, t), weight);
        }
        var start = options.NoiseTemperature == 1 ? noise : noise * options.NoiseTemperature;
        var actions = FlowMatching.Integrate(start, ScheduleOf(options), velocity, observe, observeVelocity);
        if (!actions.IsFinite()) throw new NonFiniteException("action", "actions");
        return actions.DetachFromDisposeScope();
    }

    /// <summary>One evaluation of the velocity field over a session's cache.</summary>
    /// <param name="observe">Sees the expert's residual stream; see <see cref="ActionExpert.Velocity"/>.</param>
    public Tensor Velocity(ReasoningSession session, Tensor x, Tensor t, int? offset = null, Action<int, Tensor>? observe = null)
    {
        using var guard = torch.no_grad();
        return Branch(session, offset, observe)(x, t);
    }

    /// <summary>(1 − w)·unguided + w·guided, in the velocities' own dtype.</summary>
    public static Tensor Guide(Tensor guided, Tensor unguided, double weight) => unguided * (1 - weight) + guided * weight;

    private Func<Tensor, Tensor, Tensor> Branch(ReasoningSession session, int? offset, Action<int, Tensor>? observe = null)
    {
        var rotary = expert.Rotary.TextTables(session.PositionOf(offset ?? session.Scratch.Slots), waypoints);
        if (ownKernels && observe is null)
        {
            var (kernel, tensors, context) = (expert.Kernel, session.View.Tensors, session.Scratch.Slots);
            return (x, t) => kernel.Velocity(x, t, rotary, tensors, context);
        }
        var cache = new ContextCache(session.Scratch);
        return (x, t) => expert.Velocity(x, t, rotary, cache, mask: null, observe);
    }
}
