using FlashDrive.Inference.Stages;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;

namespace FlashDrive.Training.Streaming;

/// <summary>
/// What the expert reads of some windows and their thoughts, copied out of the engine's views, which the next window writes again.
/// Shorter contexts are padded with zeros; the mask of the loss hides those.
/// </summary>
internal sealed class ContextBatch(int layers) : IKeyValueCache
{
    private readonly List<(Tensor Keys, Tensor Values)[]> _contexts = [];
    private readonly List<int> _seen = [], _positions = [];
    private (Tensor Keys, Tensor Values)[] _stacked = [];

    /// <summary>[contexts] keys that may be read.</summary>
    internal IReadOnlyList<int> Seen => _seen;

    /// <summary>[contexts] rotary position of the first action token.</summary>
    internal IReadOnlyList<int> Positions => _positions;

    /// <summary>Keys of the longest context.</summary>
    internal int Keys => _seen.Max();

    /// <summary>Takes over what a session whose thought is written shows.</summary>
    internal void Add(ReasoningSession session)
    {
        using var guard = torch.no_grad();
        _contexts.Add([.. Enumerable.Range(0, layers).Select(layer =>
        {
            var (keys, values) = session.Scratch.Read(layer);
            return (keys.clone(), values.clone());
        })]);
        _seen.Add(session.Scratch.Slots);
        _positions.Add(session.PositionOf(session.Scratch.Slots));
    }

    /// <summary>Ends the collection.</summary>
    internal void Stack()
    {
        using var guard = torch.no_grad();
        _stacked = [.. Enumerable.Range(0, layers).Select(layer => (Padded(layer, c => c.Keys), Padded(layer, c => c.Values)))];
    }

    public (Tensor Keys, Tensor Values) Layer(int layer) => _stacked[layer];

    private Tensor Padded(int layer, Func<(Tensor Keys, Tensor Values), Tensor> part)
    {
        var first = part(_contexts[0][layer]);
        var all = torch.zeros([_contexts.Count, first.size(1), Keys, first.size(3)], first.dtype);
        for (var c = 0; c < _contexts.Count; c++) all.narrow(0, c, 1).narrow(2, 0, _seen[c]).copy_(part(_contexts[c][layer]));
        return all;
    }
}
