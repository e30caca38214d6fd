namespace FlashDrive.Training.Drafting;

/// <summary>A thought of the target and the residual streams it came from: what a drafter learns of one window.</summary>
/// <param name="Features">
/// [context + blocks − 1, features]: rows of the last prompt tokens, then of the thought's own. The rows of block j are those from j on.
/// </param>
/// <param name="Tokens">[blocks + 2] the thought, its end and the hand-over token. Block j begins with token j.</param>
/// <param name="IsStreamed">It was drawn over a stream's window and not over one prefilled whole.</param>
public sealed record DraftThought(float[] Features, int[] Tokens, bool IsStreamed)
{
    /// <summary>Blocks that a round may begin with: at every token before the end of thought.</summary>
    public int Blocks => Tokens.Length - 2;
}
