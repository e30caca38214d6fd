using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>
/// What one session writes while it thinks: the slots behind its window. Exclusive to the session and never shared, so it needs no
/// lock; truncating it is how a session forgets tokens.
/// </summary>
public sealed class Scratch(WindowView view, int windowLength) : IKeyValueStore
{
    private int _pendingRows;

    /// <summary>Tokens whose keys and values stand in the scratch.</summary>
    public int Tokens { get; private set; }

    /// <summary>Slots that may be read: the window and the scratch.</summary>
    public int Slots => windowLength + Tokens;

    public int WindowLength => windowLength;

    /// <summary>Keys (rotated) and values of everything that may be read, [1, kvHeads, slots, headDim], views.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer) => view.Read(layer, Slots);

    /// <summary>Forgets tokens from the end.</summary>
    public void Truncate(int tokens)
    {
        if (tokens < 0 || tokens > Tokens) throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"the scratch has {Tokens} tokens");
        Tokens = tokens;
    }

    /// <summary>Refuses rows for which the view has no slots.</summary>
    internal void Require(int rows)
    {
        if (Slots + rows > view.Slots) throw new InvalidOperationException($"slots {Slots}..{Slots + rows} lie outside the view's {view.Slots}: the thought exceeds its budget");
    }

    /// <summary>Announces a forward pass of that many new rows; <see cref="Commit"/> makes them readable.</summary>
    internal void Begin(int rows) => _pendingRows = rows;

    internal void Commit()
    {
        Tokens += _pendingRows;
        _pendingRows = 0;
    }

    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        view.Write(layer, Slots, rows.Keys.transpose(1, 2), rows.Values.transpose(1, 2));
        return view.Read(layer, Slots + _pendingRows);
    }
}
