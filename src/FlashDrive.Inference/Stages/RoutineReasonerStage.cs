using FlashDrive.Inference.Speculation;

namespace FlashDrive.Inference.Stages;

/// <summary>Tokens proposed for a thought.</summary>
/// <param name="Source">Who proposed them: a stable name of the metrics.</param>
public readonly record struct DraftTokens(IReadOnlyList<int> Tokens, string Source)
{
    public static readonly DraftTokens None = new([], "none");
}

/// <summary>
/// The drafters and the switch between them. Without a drafter, or while drafting does not pay, nothing is proposed: the round then
/// scores one row. A drafter that throws, or proposes what is no token, loses the round and nothing else.
/// </summary>
/// <param name="vocabulary">Tokens of the target.</param>
public sealed class RoutineReasonerStage(ThoughtRules rules, int vocabulary, IDraftProposer? proposer = null) : IRoutineReasoner
{
    private long _faults;

    /// <summary>Rounds that a drafter lost by an exception.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public DraftTokens Propose(FrameSession session)
    {
        // The first token is the prefill's: a block begins with a known one.
        if (proposer is null || session.Session.Tokens.Count == 0) return DraftTokens.None;
        if (session.Drafting is { } drafting && !drafting.Ask()) return DraftTokens.None;
        IReadOnlyList<int> proposed;
        try
        {
            proposed = proposer.Propose(session);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Interlocked.Increment(ref _faults);
            return DraftTokens.None;
        }
        return proposed.Count == 0 ? DraftTokens.None : new(Block(proposed), proposer.Source);
    }

    /// <summary>
    /// As many as one verification takes. What follows the end of a thought is known, so it stands there instead of the proposal, and
    /// its keys and values are right when the end is accepted (flashdrive.md §3.6).
    /// </summary>
    private IReadOnlyList<int> Block(IReadOnlyList<int> proposed)
    {
        if (proposed is DraftBlock computed)
        {
            computed.Follow(rules.End, rules.Trajectory);
            return computed;
        }
        var count = 0;
        while (count < proposed.Count && count < DraftingOptions.LongestDraft && (uint)proposed[count] < (uint)vocabulary) count++;
        var block = new int[count];
        for (var i = 0; i < count; i++) block[i] = i > 0 && proposed[i - 1] == rules.End ? rules.Trajectory : proposed[i];
        return block;
    }
}
