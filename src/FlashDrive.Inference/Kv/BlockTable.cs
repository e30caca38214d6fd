namespace FlashDrive.Inference.Kv;

/// <summary>
/// A window as a list of sealed blocks: which block stands at which slots, and at which rotary position each slot is read. Immutable.
/// </summary>
public sealed class BlockTable
{
    private readonly (KvBlock Block, int Generation, WindowPart Part)[] _entries;

    /// <param name="entries">Sealed blocks in slot order.</param>
    /// <param name="positions">[3·slots] rotary positions: all T, then all H, then all W.</param>
    internal BlockTable(IReadOnlyList<(KvBlock Block, WindowPart Part)> entries, int[] positions, int ropeDelta)
    {
        _entries = new (KvBlock, int, WindowPart)[entries.Count];
        for (var i = 0; i < _entries.Length; i++) _entries[i] = (entries[i].Block, entries[i].Block.Generation, entries[i].Part);
        (Positions, RopeDelta) = (positions, ropeDelta);
    }

    public int[] Positions { get; }

    /// <summary>A token in slot s behind the window has position s + RopeDelta on every axis.</summary>
    public int RopeDelta { get; }

    public int Length => Positions.Length / 3;

    public int Count => _entries.Length;

    public WindowPart Part(int index) => _entries[index].Part;

    /// <exception cref="ObjectDisposedException">The block went back to the pool: the lease that held it is gone.</exception>
    public KvBlock Block(int index)
    {
        var (block, generation, part) = _entries[index];
        if (block.Generation != generation || !block.IsSealed)
            throw new ObjectDisposedException(nameof(KvLease), $"the {part.Kind} block at slot {part.Start} was released and lent again");
        return block;
    }

    internal void Retain()
    {
        foreach (var (block, _, _) in _entries) block.Retain();
    }

    internal void Release()
    {
        foreach (var (block, _, _) in _entries) block.Release();
    }
}
