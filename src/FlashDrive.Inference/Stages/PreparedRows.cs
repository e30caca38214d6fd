using FlashDrive.Inference.Kv;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Everything about a prefill that follows from its layout, its positions and the rows it computes, whatever the tokens are: a stream
/// asks for the same window after window. Owns its tensors, which are made when they are needed.
/// </summary>
internal sealed class PreparedRows : IDisposable
{
    private readonly LanguageModel _language;
    private readonly long[] _slots, _images;
    private RotaryTables? _window, _rows;
    private Tensor? _slotTensor, _mask, _imageRows;

    /// <param name="imagePlaces">Slots of the window's image tokens, ascending.</param>
    internal PreparedRows(LanguageModel language, WindowRows rows, RotaryPositions positions, ReadOnlySpan<long> imagePlaces)
    {
        (_language, Rows, Positions, RopeDelta) = (language, rows, positions.Flat, positions.RopeDelta);
        _slots = Array.ConvertAll(rows.Slots, slot => (long)slot);
        _images = RowsOf(imagePlaces, rows.Slots);
        var parts = rows.Layout.Parts;
        Shared = new([.. parts.Where((_, i) => rows.SourceOf(i) >= 0)]);
        Fresh = new([.. parts.Where((_, i) => rows.SourceOf(i) < 0)]);
        IsContiguous = _slots[^1] - _slots[0] == _slots.Length - 1;
    }

    internal WindowRows Rows { get; }

    /// <summary>[3·slots] of the whole window: all T, then all H, then all W.</summary>
    internal int[] Positions { get; }

    internal int RopeDelta { get; }

    /// <summary>Place for the blocks of an earlier window, in slot order.</summary>
    internal BlockBatch Shared { get; }

    /// <summary>Place for the new blocks, in slot order: the rows one after another.</summary>
    internal BlockBatch Fresh { get; }

    /// <summary>The rows follow each other without gaps.</summary>
    internal bool IsContiguous { get; }

    /// <summary>int64 [rows]: their slots.</summary>
    internal Tensor Slots => _slotTensor ??= torch.tensor(_slots).DetachFromDisposeScope();

    /// <summary>Additive, causal by slot over the whole window, [1, group·rows, slots]; null for a single row, which may read everything.</summary>
    internal Tensor? Mask => _slots.Length == 1 ? null : _mask ??= AttentionMask.CausalBySlot(Rows.Slots, Rows.Layout.Length, _language.Group).DetachFromDisposeScope();

    /// <summary>int64: places among the rows where an image token stands.</summary>
    internal Tensor ImageRows => _imageRows ??= torch.tensor(_images).DetachFromDisposeScope();

    /// <summary>Rotary tables of the rows, [rows, headDim].</summary>
    internal RotaryTables RowRotary => _rows ??= (IsContiguous
        ? Window.Narrow(_slots[0], _slots.Length)
        : new(Window.Cos.index_select(0, Slots), Window.Sin.index_select(0, Slots))).Detach();

    /// <summary>Rotary tables of the whole window, [slots, headDim].</summary>
    internal RotaryTables Window => _window ??= MakeWindow();

    /// <summary>Whether these are the rows of the same kind of a window with this layout and these positions.</summary>
    internal bool Serves(WindowLayout layout, int[] positions) =>
        (ReferenceEquals(positions, Positions) || positions.AsSpan().SequenceEqual(Positions))
        && (ReferenceEquals(layout, Rows.Layout) || layout.Parts.SequenceEqual(Rows.Layout.Parts));

    /// <summary>Frees the tensors; they are made again when they are needed.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _window?.Dispose();
        _slotTensor?.Dispose();
        _mask?.Dispose();
        _imageRows?.Dispose();
        (_rows, _window, _slotTensor, _mask, _imageRows) = (null, null, null, null, null);
    }

    private RotaryTables MakeWindow()
    {
        using var scope = torch.NewDisposeScope();
        return _language.Rotary.Tables(Positions).To(_language.Dtype).Detach();
    }

    private static long[] RowsOf(ReadOnlySpan<long> places, int[] slots)
    {
        var rows = new List<long>(places.Length);
        var row = 0;
        foreach (var place in places)
        {
            while (row < slots.Length && slots[row] < place) row++;
            if (row < slots.Length && slots[row] == place) rows.Add(row);
        }
        return [.. rows];
    }
}
