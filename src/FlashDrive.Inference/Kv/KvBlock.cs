using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>
/// Keys (before rotary embedding) and values of a run of tokens, all layers. Written once, sealed, then shared by reference count:
/// a sealed block never changes, so several windows read it without a lock. Positions belong to the window, not to the block.
/// </summary>
public sealed class KvBlock
{
    private readonly KvPool _pool;
    private readonly Tensor _keys, _values;
    private int _references;
    private ulong _checksum;

    internal KvBlock(KvPool pool, KvGeometry geometry, int capacity)
    {
        _pool = pool;
        Capacity = capacity;
        ReadOnlySpan<long> shape = [geometry.Layers, geometry.KvHeads, capacity, geometry.HeadDim];
        _keys = torch.zeros(shape, geometry.Dtype).DetachFromDisposeScope();
        _values = torch.zeros(shape, geometry.Dtype).DetachFromDisposeScope();
    }

    public int Capacity { get; }

    /// <summary>Tokens held.</summary>
    public int Tokens { get; private set; }

    public bool IsSealed { get; private set; }

    /// <summary>Counts how often the storage was handed out, so that a holder of an earlier loan is found out.</summary>
    public int Generation { get; private set; }

    /// <summary>Keys before rotary, [layers, kvHeads, tokens, headDim], a view.</summary>
    public Tensor Keys => _keys.narrow(2, 0, Tokens);

    /// <summary>Values, [layers, kvHeads, tokens, headDim], a view.</summary>
    public Tensor Values => _values.narrow(2, 0, Tokens);

    /// <summary>Keys and values with their whole capacity; the block's own, not to be disposed.</summary>
    internal (Tensor Keys, Tensor Values) Storage => (_keys, _values);

    /// <summary>Writes one layer: [kvHeads, tokens, headDim] each.</summary>
    /// <exception cref="InvalidOperationException">The block is sealed.</exception>
    internal void Write(int layer, Tensor keysBeforeRotary, Tensor values)
    {
        if (IsSealed) throw new InvalidOperationException("a sealed KV block was written to: blocks are shared and never change");
        _keys.select(0, layer).narrow(1, 0, Tokens).copy_(keysBeforeRotary);
        _values.select(0, layer).narrow(1, 0, Tokens).copy_(values);
    }

    internal void Seal()
    {
        IsSealed = true;
        if (_pool.VerifiesBlocks) _checksum = Checksum();
    }

    /// <summary>Whether somebody wrote to the sealed block past <see cref="Write"/>.</summary>
    internal bool HasChanged => IsSealed && _checksum != Checksum();

    internal void Open(int tokens)
    {
        (Tokens, IsSealed, _references) = (tokens, false, 1);
        Generation++;
    }

    internal void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1) throw new InvalidOperationException("a KV block was retained after its last release");
    }

    internal void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left < 0) throw new InvalidOperationException("a KV block was released more often than retained");
        if (left == 0) _pool.Return(this);
    }

    /// <summary>FNV-1a over the bits of everything held.</summary>
    private ulong Checksum()
    {
        using var scope = torch.NewDisposeScope();
        var hash = 0xCBF29CE484222325UL;
        foreach (var tensor in new[] { Keys, Values })
            foreach (var value in tensor.to(ScalarType.Float32).ToArray<float>()) hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 0x100000001B3UL;
        return hash;
    }

    internal void Free()
    {
        _keys.Dispose();
        _values.Dispose();
    }
}
