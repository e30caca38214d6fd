using FlashDrive.Torch;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Collects the feature rows of one forward pass: of every token the residual streams after the drafter's target layers, side by side
/// (flashdrive.md §3.1). The streams are taken as the next layer reads them, deepstack included, before any final norm.
/// </summary>
/// <param name="layers">Ascending.</param>
/// <param name="last">Rows wanted, from the end; null for all.</param>
internal sealed class FeatureRows(IReadOnlyList<int> layers, int? last = null)
{
    private readonly Tensor[] _streams = new Tensor[layers.Count];
    private DisposeScope _scope;
    private int _seen;

    /// <summary>To be called before a forward pass.</summary>
    /// <param name="scope">Owns what is collected, so that a pass that throws leaves nothing behind.</param>
    internal void Begin(DisposeScope scope) => (_scope, _seen) = (scope, 0);

    /// <summary>To be called after every layer with the residual stream [1, rows, hidden].</summary>
    internal void Observe(int layer, Tensor x)
    {
        if (_seen == layers.Count || layer != layers[_seen]) return;
        var rows = x.size(1);
        var taken = last is { } wanted && wanted < rows ? x.narrow(1, rows - wanted, wanted) : x;
        _streams[_seen++] = taken.clone().MoveToOtherDisposeScope(_scope);
    }

    /// <summary>[rows, features], in the thread's innermost scope.</summary>
    internal Tensor Take()
    {
        if (_seen != layers.Count) throw new InvalidOperationException($"the forward pass showed {_seen} of the {layers.Count} target layers");
        return torch.cat(_streams, 2).squeeze(0);
    }
}
