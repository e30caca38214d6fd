using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Block diffusion (flashdrive.md §3.1): the best token at every place of the block behind the known token. Greedy whatever the
/// target's temperature is, which is what acceptance by equality rewards most (speculation.md §1.3).
/// </summary>
/// <param name="maskedFirst">First id that is never proposed (the trajectory tokens); <paramref name="maskedCount"/> of them.</param>
public sealed class DflashProposer(BlockDrafter drafter, int maskedFirst, int maskedCount) : IDraftProposer
{
    public const string Name = "dflash";

    public string Source => Name;

    public IReadOnlyList<int> Propose(FrameSession session)
    {
        var thought = session.Session;
        if (thought.Context is not { } context || context.size(0) < drafter.Configuration.ContextLength) return [];
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var best = Best(Logits(context, thought.Tokens[^1], null));
        var count = (int)best.size(0);
        thought.Drafted.narrow(0, 0, count).copy_(best);
        return new DraftBlock(thought.Drafted, count);
    }

    /// <summary>The best tokens, int64 [proposals], of logits [proposals, vocabulary]; of equal ones the lowest id. The masked logits are lost.</summary>
    internal Tensor Best(Tensor logits)
    {
        logits.narrow(1, maskedFirst, maskedCount).fill_(double.NegativeInfinity);
        return logits.argmax(1);
    }

    /// <summary>float32 [proposals, vocabulary].</summary>
    /// <param name="context">[rows, features]</param>
    /// <param name="observe">Sees the block after the final norm, [1, block, hidden].</param>
    internal Tensor Logits(Tensor context, int known, Action<Tensor>? observe)
    {
        var first = torch.tensor([(long)known]);
        var hidden = drafter.HasKernel ? drafter.ForwardByKernel(context, first) : drafter.Forward(context.unsqueeze(0), first);
        observe?.Invoke(hidden);
        var logits = (drafter.HasKernel ? drafter.LogitsByKernel(hidden) : drafter.Logits(hidden)).squeeze(0);
        return logits.dtype == ScalarType.Float32 ? logits : logits.to(ScalarType.Float32);
    }
}
