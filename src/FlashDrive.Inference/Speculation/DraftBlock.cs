using System.Collections;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Proposals that stay where they were computed: the target reads them as a tensor, and the host learns them with the verifier's one
/// look at the scores. Looking at them earlier is a read of its own.
/// </summary>
/// <param name="buffer">int64, the session's; the first <paramref name="count"/> entries are the proposals until the next round.</param>
public sealed class DraftBlock(Tensor buffer, int count) : IReadOnlyList<int>
{
    private int[]? _tokens;

    public int Count => count;

    public int this[int index] => Tokens[index];

    /// <summary>int64 [count], a view in the caller's scope.</summary>
    internal Tensor Ids => buffer.narrow(0, 0, count);

    private int[] Tokens => _tokens ??= Read();

    /// <summary>What follows the end of a thought is known: it takes the place of the proposal.</summary>
    internal void Follow(int end, int follower)
    {
        using var scope = torch.NewDisposeScope();
        var ids = Ids;
        // The ends as they were proposed: found before any place is overwritten.
        var behind = ids.narrow(0, 0, count - 1).eq((long)end);
        var rest = ids.narrow(0, 1, count - 1);
        rest.copy_(rest.masked_fill(behind, follower));
    }

    /// <summary>Tells the proposals, as they came along with the scores.</summary>
    internal void Resolve(ReadOnlySpan<float> values)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++) tokens[i] = (int)values[i];
        _tokens = tokens;
    }

    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)Tokens).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int[] Read()
    {
        using var scope = torch.NewDisposeScope();
        return Array.ConvertAll(Ids.ToArray<long>(), id => (int)id);
    }
}
