namespace FlashDrive.Inference.Stages;

/// <summary>Tokens proposed for a thought.</summary>
/// <param name="Source">Who proposed them: a stable name of the metrics.</param>
public readonly record struct DraftTokens(IReadOnlyList<int> Tokens, string Source)
{
    public static readonly DraftTokens None = new([], "none");
}

/// <summary>The drafters and the switch between them. Without a drafter nothing is proposed: every round then scores one row.</summary>
public sealed class RoutineReasonerStage : IRoutineReasoner
{
    public DraftTokens Propose(FrameSession session) => DraftTokens.None;
}
