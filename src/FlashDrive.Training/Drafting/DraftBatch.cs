using FlashDrive.Model.Drafting;
using FlashDrive.Torch;

namespace FlashDrive.Training.Drafting;

/// <summary>Blocks ready for the drafter.</summary>
/// <param name="Context">[n, context, features]</param>
/// <param name="Known">int64 [n]</param>
/// <param name="Labels">int64 [n · proposals]; 0 where the thought is over.</param>
/// <param name="Weights">[n · proposals] of the loss; 0 where the thought is over.</param>
internal sealed record DraftBatch(Tensor Context, Tensor Known, Tensor Labels, Tensor Weights)
{
    /// <param name="gamma">Of the weights exp(−k/γ).</param>
    internal static DraftBatch Of(DrafterConfiguration c, IReadOnlyList<(DraftThought Thought, int Block)> blocks, double gamma)
    {
        var n = blocks.Count;
        var context = torch.empty(n, c.ContextLength, c.Features);
        var rows = context.data<float>();
        var perBlock = c.ContextLength * c.Features;
        var (known, labels, weights) = (new long[n], new long[n * c.Proposals], new float[n * c.Proposals]);
        for (var i = 0; i < n; i++)
        {
            var (thought, block) = blocks[i];
            thought.Features.AsSpan(block * c.Features, perBlock).CopyTo(rows[(i * perBlock)..]);
            known[i] = thought.Tokens[block];
            for (var k = 0; k < c.Proposals && block + 1 + k < thought.Tokens.Length; k++)
            {
                labels[i * c.Proposals + k] = thought.Tokens[block + 1 + k];
                weights[i * c.Proposals + k] = (float)Math.Exp(-k / gamma);
            }
        }
        return new(context, torch.tensor(known), torch.tensor(labels), torch.tensor(weights));
    }
}
