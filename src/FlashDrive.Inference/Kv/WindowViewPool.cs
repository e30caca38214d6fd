namespace FlashDrive.Inference.Kv;

/// <summary>All window views of an engine, allocated at start. Thread-safe.</summary>
public sealed class WindowViewPool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<WindowView> _free = new();

    /// <param name="slots">Slots of each view.</param>
    public WindowViewPool(KvGeometry geometry, int count, int slots)
    {
        (Total, Slots) = (count, slots);
        Bytes = geometry.BytesPerToken * count * slots;
        for (var i = 0; i < count; i++) _free.Push(new WindowView(this, geometry, slots));
    }

    public int Total { get; }

    public int Slots { get; }

    public long Bytes { get; }

    public int Free
    {
        get
        {
            lock (_lock) return _free.Count;
        }
    }

    /// <exception cref="KvPoolExhaustedException">None is free: more sessions than the pool was made for.</exception>
    public WindowView Rent()
    {
        lock (_lock)
            return _free.TryPop(out var view) ? view : throw new KvPoolExhaustedException($"all {Total} window views are lent");
    }

    internal void Return(WindowView view)
    {
        lock (_lock)
        {
            if (_free.Count == Total || _free.Contains(view)) throw new InvalidOperationException("a window view was returned twice");
            _free.Push(view);
        }
    }

    public void Dispose()
    {
        if (Free != Total) throw new InvalidOperationException($"the view pool is disposed while {Total - Free} of its {Total} views are still lent");
        foreach (var view in _free) view.Free();
    }
}
