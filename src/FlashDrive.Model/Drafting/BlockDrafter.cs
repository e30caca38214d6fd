using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Drafting;

/// <summary>
/// The block-diffusion drafter (flashdrive.md §3.1): from the target's features of the last tokens and the token that follows them it
/// proposes the next tokens of a block at once. Stateless: the context is projected anew for every block, at positions 0 … 15. It
/// borrows the target's embedding and output head. Differentiable in its own parameters; thread-safe.
/// </summary>
public sealed class BlockDrafter : IDisposable
{
    private readonly LanguageModel _target;
    private readonly Tensor _fc;
    private readonly RmsNorm _hiddenNorm, _norm;
    private readonly DrafterLayer[] _layers;
    private readonly Tensor? _mask;
    private readonly MultimodalRotary _rotary;
    private readonly Lazy<DrafterKernel> _kernel;

    /// <param name="parameters">Named as <see cref="DrafterCheckpoint.Shapes"/> says; they stay the caller's.</param>
    public BlockDrafter(DrafterConfiguration configuration, ParameterSet parameters, LanguageModel target)
    {
        (Configuration, _target) = (configuration, target);
        _fc = parameters["fc.weight"];
        _hiddenNorm = new(parameters["hidden_norm.weight"], configuration.RmsNormEps);
        _norm = new(parameters["norm.weight"], configuration.RmsNormEps);
        _layers = [.. Enumerable.Range(0, configuration.Layers)
            .Select(i => new DrafterLayer(parameters, $"layers.{i}.", configuration.HeadDim, configuration.RmsNormEps))];
        _mask = parameters.Find(DrafterCheckpoint.MaskEmbedding);
        // All axes drive it alike: ordinary rotary embedding.
        _kernel = new(() => new(configuration, parameters));
        _rotary = new(configuration.RopeTheta, configuration.HeadDim, [configuration.HeadDim / 2, 0, 0]);
    }

    public DrafterConfiguration Configuration { get; }

    /// <summary>Whether <see cref="ForwardByKernel"/> can serve these weights.</summary>
    public bool HasKernel => _fc.dtype == ScalarType.Float32 && _target.HasKernel;

    /// <summary>The block after the final norm, [n, block, hidden]. Row 0 belongs to the known token; nothing is proposed from it.</summary>
    /// <param name="context">[n, context, features]: rows of the tokens before the known one, oldest first.</param>
    /// <param name="known">int64 [n]: the tokens that the blocks begin with.</param>
    public Tensor Forward(Tensor context, Tensor known)
    {
        using var scope = torch.NewDisposeScope();
        var rows = (int)context.size(1);
        return Block(Project(context, 0), known, rows).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// <see cref="Forward"/> of one block by the own kernels in one native call, for float32 weights on the CPU, without gradients; the
    /// weights are packed at the first call.
    /// </summary>
    /// <param name="context">[context, features]</param>
    /// <param name="known">int64 [1]</param>
    /// <returns>[1, block, hidden]</returns>
    public Tensor ForwardByKernel(Tensor context, Tensor known)
    {
        using var scope = torch.NewDisposeScope();
        var rotary = _rotary.TextTables(0, (int)context.size(0) + Configuration.BlockSize);
        return _kernel.Value.Forward(context.contiguous(), Embed(known).squeeze(0), rotary).unsqueeze(0).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Logits"/> by the target's own kernel.</summary>
    public Tensor LogitsByKernel(Tensor hidden) => _target.Kernel.Logits(hidden.narrow(1, 1, hidden.size(1) - 1));

    /// <summary>The target's logits of the proposals, [n, block − 1, vocabulary].</summary>
    /// <param name="hidden">[n, block, hidden] of <see cref="Forward"/>.</param>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = torch.NewDisposeScope();
        return _target.Logits(hidden.narrow(1, 1, hidden.size(1) - 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Keys and values of context rows in every layer, rotated from position <paramref name="first"/> on.</summary>
    /// <param name="context">[n, rows, features]</param>
    public IReadOnlyList<(Tensor Keys, Tensor Values)> Project(Tensor context, int first)
    {
        var fused = _hiddenNorm.Forward(torch.layers.linear(context, _fc));
        var rotary = _rotary.TextTables(first, (int)context.size(1)).To(fused.dtype);
        return [.. _layers.Select(layer => layer.Context(fused, rotary))];
    }

    /// <summary>The block that stands from position <paramref name="first"/> on, after the final norm.</summary>
    public Tensor Block(IReadOnlyList<(Tensor Keys, Tensor Values)> context, Tensor known, int first)
    {
        var x = Embed(known);
        var rotary = _rotary.TextTables(first, Configuration.BlockSize).To(x.dtype);
        for (var i = 0; i < _layers.Length; i++) x = _layers[i].Forward(x, context[i], rotary);
        return _norm.Forward(x);
    }

    public void Dispose()
    {
        if (_kernel.IsValueCreated) _kernel.Value.Dispose();
    }

    /// <summary>The known tokens and the masks behind them, [n, block, hidden].</summary>
    private Tensor Embed(Tensor known)
    {
        var first = _target.Embed(known.unsqueeze(1));
        var mask = _mask ?? _target.Embed(torch.tensor([(long)Configuration.MaskToken]));
        return torch.cat([first, mask.to(first.dtype).view(1, 1, -1).expand(first.size(0), Configuration.Proposals, first.size(2))], 1);
    }
}
