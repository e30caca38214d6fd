using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Block diffusion (flashdrive.md §3.1): the best token at every place of the block behind the known token. Greedy whatever the
/// target's temperature is, which is what acceptance by equality rewards most (speculation.md §1.3).
/// </summary>
/// <param name="sampler">One of its own: it owns buffers. Masks the trajectory tokens.</param>
public sealed class DflashProposer(BlockDrafter drafter, TokenSampler sampler) : IDraftProposer
{
    public const string Name = "dflash";

    public string Source => Name;

    public IReadOnlyList<int> Propose(FrameSession session)
    {
        var thought = session.Session;
        if (thought.Context is not { } context || context.size(0) < drafter.Configuration.ContextLength) return [];
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var logits = Logits(context, thought.Tokens[^1], null);
        return Best(logits);
    }

    /// <summary>The best tokens of logits [proposals, vocabulary].</summary>
    internal int[] Best(Tensor logits)
    {
        var values = logits.data<float>();
        var proposals = new int[drafter.Configuration.Proposals];
        var vocabulary = values.Length / proposals.Length;
        for (var i = 0; i < proposals.Length; i++) proposals[i] = sampler.Argmax(values.Slice(i * vocabulary, vocabulary));
        return proposals;
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
