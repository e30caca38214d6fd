using FlashDrive.Actors;
using FlashDrive.Driving;
using FlashDrive.Inference;

namespace FlashDrive.Simulation;

/// <summary>Virtual time that each stage needs for a message that is work.</summary>
public sealed record ServiceTimes(TimeSpan Encode, TimeSpan Prefill, TimeSpan Routine, TimeSpan Score, TimeSpan Verify, TimeSpan Denoise, TimeSpan Guard)
{
    internal static readonly IReadOnlyList<string> Actors =
    [
        CameraIngestActor.Name, StreamingEncoderActor.Name, PrefillActor.Name, RoutineReasonerActor.Name, DeliberativeReasonerActor.Name,
        VerifierActor.Name, FlowHeadActor.Name, PlanGuardActor.Name, PlanPublisherActor.Name, PipelineSupervisorActor.Name,
    ];

    /// <summary>Whole milliseconds, so that much falls together; some stages take no time.</summary>
    public static ServiceTimes Of(KeyedRandom random)
    {
        TimeSpan Up(ulong index, int most) => TimeSpan.FromMilliseconds(random.Integer(index, most + 1));
        return new(Up(0, 8) + TimeSpan.FromMilliseconds(1), Up(1, 12), Up(2, 1), Up(3, 4), Up(4, 1), Up(5, 8), Up(6, 1));
    }

    /// <summary>One stage needs two thirds of a frame's time, or, with none named, all need about the same.</summary>
    /// <param name="stage">One of the paper's four (<see cref="StageNames"/>), or null.</param>
    public static ServiceTimes Bound(string? stage)
    {
        static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
        var one = Ms(1);
        return stage switch
        {
            StageNames.Encode => new(Ms(80), Ms(10), one, Ms(3), one, Ms(10), one),
            StageNames.Prefill => new(Ms(10), Ms(80), one, Ms(3), one, Ms(10), one),
            StageNames.Decode => new(Ms(10), Ms(10), one, Ms(20), one, Ms(10), one),
            StageNames.Action => new(Ms(10), Ms(10), one, Ms(3), one, Ms(80), one),
            _ => new(Ms(30), Ms(30), one, Ms(7), one, Ms(30), one),
        };
    }

    /// <summary>One frame from inlet to plan, alone in the engine. The last token of every thought is written by the target as well.</summary>
    public TimeSpan Of((int Thoughts, int Rounds) frame) =>
        Encode + Prefill + frame.Thoughts * (frame.Rounds * (Routine + Score + Verify) + Score + Denoise) + Guard;

    /// <summary>Of the actor that is busiest with such frames.</summary>
    public TimeSpan Longest((int Thoughts, int Rounds) frame) => new[]
    {
        Encode, Prefill, frame.Thoughts * frame.Rounds * Routine, frame.Thoughts * (frame.Rounds + 1) * Score, frame.Thoughts * frame.Rounds * Verify,
        frame.Thoughts * Denoise, Guard,
    }.Max();

    internal TimeSpan Of(string actor, object message, DrivingEngine engine) => actor switch
    {
        StreamingEncoderActor.Name => Encode,
        PrefillActor.Name => message is PrefillMessage { Encoded: null } && CanPrefill(engine) ? Prefill : TimeSpan.Zero,
        RoutineReasonerActor.Name => Routine,
        DeliberativeReasonerActor.Name => Score,
        VerifierActor.Name => Verify,
        FlowHeadActor.Name => Denoise,
        PlanGuardActor.Name => Guard,
        _ => TimeSpan.Zero,
    };

    private static bool CanPrefill(DrivingEngine engine)
    {
        foreach (var lane in engine.Streams)
            if (lane.Waiting.Count > 0 && lane.SessionCredits.InUse < lane.SessionCredits.Total) return true;
        return false;
    }
}
