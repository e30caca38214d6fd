using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Guesses how a thought goes on. Whatever it guesses, the thought stays what the target alone would have thought; a bad guess, or an
/// exception, costs time only.
/// </summary>
public interface IDraftProposer
{
    /// <summary>A stable name of the metrics and of a plan's token sources.</summary>
    string Source { get; }

    /// <summary>Tokens that may follow the last token of the thought, which has at least one; none when there is nothing to guess from.</summary>
    IReadOnlyList<int> Propose(FrameSession session);
}
