using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>What the model said and did in one window, measured against the expert. Distances in metres.</summary>
/// <param name="SaidCause">Null when the sentence names none.</param>
/// <param name="Ade">Of the first sample.</param>
/// <param name="MinAde">Smallest of all samples.</param>
/// <param name="ActionStep">Mean absolute step-to-step change of the first sample's normalised actions.</param>
/// <param name="TruthActionStep">The same of the expert's.</param>
/// <param name="SentenceAgrees">The sentence's manoeuvre is the one the first sample shows, by the rule that labels the expert's future.</param>
/// <param name="RuleAgreesOnTruth">That rule finds the labelled manoeuvre in the expert's own future.</param>
public sealed record WindowOutcome(
    ulong Seed, Cause Cause, Manoeuvre Manoeuvre, bool HasDistractor, string Sentence, Cause? SaidCause, Manoeuvre? SaidManoeuvre,
    double Ade, double MinAde, double FinalDisplacement, double VelocityAde, double TurnRateAde, double ActionStep, double TruthActionStep,
    bool SentenceAgrees, bool RuleAgreesOnTruth, bool LeavesRoad, bool Collides, Vec3 End, Vec3 TruthEnd)
{
    public bool CauseRight => SaidCause == Cause;

    public bool ManoeuvreRight => SaidManoeuvre == Manoeuvre;

    /// <param name="truthActions">[64, 2] the expert's normalised actions.</param>
    public static WindowOutcome Of(DrivingWindow window, Plan plan, ReadOnlySpan<float> truthActions)
    {
        var (cause, manoeuvre) = SentenceGrammar.Parse(plan.Reasoning);
        var path = plan.Trajectories[0];
        return new(
            window.Seed, window.Cause, window.Manoeuvre, window.HasDistractor, plan.Reasoning, cause, manoeuvre,
            DisplacementErrors.Average(path, window.Future), DisplacementErrors.MinimumAverage(plan.Trajectories, window.Future),
            DisplacementErrors.Final(path, window.Future),
            DisplacementErrors.Average(ConstantBaselines.Velocity(window.History), window.Future),
            DisplacementErrors.Average(ConstantBaselines.TurnRate(window.History), window.Future),
            MeanStep(plan.Actions.AsSpan(0, truthActions.Length)), MeanStep(truthActions),
            manoeuvre is { } said && ManoeuvreRule.Agrees(said, window.History, path),
            ManoeuvreRule.Agrees(window.Manoeuvre, window.History, window.Future),
            SafetyChecks.FirstOffRoad(path, DrivingWindow.Footprint, window.Drivable) is not null,
            SafetyChecks.FirstCollision(path, DrivingWindow.Footprint, window.Obstacles) is not null,
            path.End, window.Future.End);
    }

    internal static double MeanStep(ReadOnlySpan<float> actions)
    {
        var sum = 0.0;
        for (var i = 2; i < actions.Length; i++) sum += Math.Abs(actions[i] - actions[i - 2]);
        return sum / (actions.Length - 2);
    }
}

/// <summary>A window driven again with one thing changed in its pictures.</summary>
/// <param name="Before">Cause named before the change.</param>
/// <param name="After">Cause named after it.</param>
/// <param name="TruthMoved">How the expert's own end point moves, metres.</param>
/// <param name="Moved">How the predicted one moves.</param>
public sealed record Counterfactual(ulong Seed, Cause Cause, Cause? Before, Cause? After, Vec3 TruthMoved, Vec3 Moved)
{
    public bool CauseChanged => Before != After;

    /// <summary>Metres the prediction moves along the direction in which the expert's end point moves.</summary>
    public double MovedAlong => TruthMoved.LengthXy > 0 ? (Moved.X * TruthMoved.X + Moved.Y * TruthMoved.Y) / TruthMoved.LengthXy : 0;
}

/// <summary>Everything measured in one window of an exam.</summary>
/// <param name="Grey">With every pixel grey.</param>
/// <param name="Green">With the labelled red light repainted; null where that does not apply.</param>
/// <param name="NoLead">Without the lead vehicle that is the labelled cause.</param>
/// <param name="NoDistractingLead">Without a lead vehicle that is not the labelled cause.</param>
public sealed record ExamWindow(WindowOutcome Plain, WindowOutcome Grey, Counterfactual? Green, Counterfactual? NoLead, Counterfactual? NoDistractingLead);
