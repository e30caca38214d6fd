using FlashDrive.Model.Drafting;
using FlashDrive.Torch;

namespace FlashDrive.Training.Drafting;

/// <summary>How many tokens the target would take per forward pass, on thoughts whose every token is known.</summary>
/// <param name="Tokens">Tokens that rounds gave, ends of thoughts included; the first token of a thought comes from the prefill.</param>
/// <param name="Rounds">Forward passes of the target.</param>
public readonly record struct DraftAcceptance(int Thoughts, int Tokens, int Rounds)
{
    // Thoughts whose blocks are drafted in one batch.
    private const int Chunk = 8;

    public double TokensPerForward => Rounds == 0 ? double.NaN : (double)Tokens / Rounds;

    /// <summary>Verification as the engine does it: the longest prefix that equals the thought, and one token more.</summary>
    public static DraftAcceptance Measure(BlockDrafter drafter, IEnumerable<DraftThought> thoughts)
    {
        using var guard = torch.no_grad();
        var (count, tokens, rounds) = (0, 0, 0);
        foreach (var chunk in thoughts.Chunk(Chunk))
        {
            using var scope = torch.NewDisposeScope();
            var c = drafter.Configuration;
            var batch = DraftBatch.Of(c, [.. chunk.SelectMany(t => Enumerable.Range(0, t.Blocks).Select(b => (t, b)))], 1);
            var proposals = drafter.Logits(drafter.Forward(batch.Context, batch.Known)).argmax(-1).data<long>();
            foreach (var thought in chunk)
            {
                var (given, passes) = Walk(thought, proposals, c.Proposals);
                (count, tokens, rounds) = (count + 1, tokens + given, rounds + passes);
                proposals = proposals[(thought.Blocks * c.Proposals)..];
            }
        }
        return new(count, tokens, rounds);
    }

    /// <param name="proposals">[blocks, proposals] of the thought.</param>
    private static (int Tokens, int Rounds) Walk(DraftThought thought, ReadOnlySpan<long> proposals, int perBlock)
    {
        // The last token but the hand-over is the end of thought: a round that gives it is the last.
        var (known, end, rounds) = (0, thought.Tokens.Length - 2, 0);
        for (; known < end; rounds++)
        {
            var accepted = 0;
            while (accepted < perBlock && known + 1 + accepted <= end && proposals[known * perBlock + accepted] == thought.Tokens[known + 1 + accepted]) accepted++;
            known = Math.Min(end, known + accepted + 1);
        }
        return (end, rounds);
    }
}
