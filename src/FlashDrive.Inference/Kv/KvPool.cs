namespace FlashDrive.Inference.Kv;

/// <summary>No block is free: the pool's sum was computed for fewer holders than there are.</summary>
public sealed class KvPoolExhaustedException(string message) : Exception(message);

/// <summary>Blocks of one capacity.</summary>
public readonly record struct KvPoolClass(int Tokens, int Count);

/// <summary>
/// All KV blocks of an engine, allocated at start: none is made or freed while driving, so the device cannot run out later.
/// Thread-safe.
/// </summary>
public sealed class KvPool : IDisposable
{
    private readonly Lock _lock = new();
    private int _changed;
    private readonly (int Tokens, int Total, Stack<KvBlock> Free)[] _classes;

    /// <param name="classes">How many blocks of which capacity; see <see cref="KvPoolPlan"/>.</param>
    public KvPool(KvGeometry geometry, IEnumerable<KvPoolClass> classes)
    {
        Geometry = geometry;
        _classes = [.. classes.GroupBy(c => c.Tokens).OrderBy(g => g.Key).Select(g => (g.Key, g.Sum(c => c.Count), new Stack<KvBlock>()))];
        foreach (var (tokens, total, free) in _classes)
            for (var i = 0; i < total; i++) free.Push(new KvBlock(this, geometry, tokens));
    }

    public KvGeometry Geometry { get; }

    /// <summary>
    /// Whether blocks are looked at when they come back: those that changed after they were sealed are counted. For tests, which
    /// set <see cref="VerifySealedBlocks"/>: it reads every block twice.
    /// </summary>
    public bool VerifiesBlocks { get; } = VerifySealedBlocks;

    /// <summary>Sealed blocks that came back changed.</summary>
    public int ChangedBlocks => Volatile.Read(ref _changed);

    /// <summary>What pools made from now on do.</summary>
    public static bool VerifySealedBlocks { get; set; }

    public long Bytes => _classes.Sum(c => (long)c.Tokens * c.Total) * Geometry.BytesPerToken;

    public int Total => _classes.Sum(c => c.Total);

    public int Free
    {
        get
        {
            lock (_lock) return _classes.Sum(c => c.Free.Count);
        }
    }

    /// <summary>An open block for a number of tokens, from the smallest class that holds them; the caller has its one reference.</summary>
    /// <param name="atLeast">Smallest capacity that serves, when blocks of smaller classes are counted for other holders.</param>
    /// <exception cref="KvPoolExhaustedException">None is free.</exception>
    public KvBlock Rent(int tokens, int atLeast = 0)
    {
        lock (_lock)
        {
            foreach (var (capacity, _, free) in _classes)
            {
                if (capacity < Math.Max(tokens, atLeast) || free.Count == 0) continue;
                var block = free.Pop();
                block.Open(tokens);
                return block;
            }
            var state = string.Join(", ", _classes.Select(c => $"{c.Free.Count} of {c.Total} free with {c.Tokens} tokens"));
            throw new KvPoolExhaustedException($"no KV block for {tokens} tokens: {state}");
        }
    }

    internal void Return(KvBlock block)
    {
        if (VerifiesBlocks && block.HasChanged) Interlocked.Increment(ref _changed);
        lock (_lock)
            foreach (var (capacity, total, free) in _classes)
                if (capacity == block.Capacity)
                {
                    if (free.Count == total) throw new InvalidOperationException("a KV block was returned twice");
                    free.Push(block);
                    return;
                }
    }

    /// <summary>Frees the storage. Every block must be back.</summary>
    public void Dispose()
    {
        if (Free != Total) throw new InvalidOperationException($"the KV pool is disposed while {Total - Free} of its {Total} blocks are still lent");
        foreach (var (_, _, free) in _classes)
            foreach (var block in free) block.Free();
        if (ChangedBlocks > 0) throw new InvalidOperationException($"{ChangedBlocks} sealed KV blocks were written to: blocks are shared and never change");
    }
}
