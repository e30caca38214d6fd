namespace FlashDrive.Runtime.Tests.Contract;

/// <summary>An actor made of functions.</summary>
internal sealed class Scripted<T>(Action<T> handle, Action? started = null, Action? stopped = null) : IActor<T>
{
    public void Handle(T message) => handle(message);

    public void Started() => started?.Invoke();

    public void Stopped() => stopped?.Invoke();
}

/// <summary>A message that owns something.</summary>
internal sealed class Parcel(string label) : IDisposable
{
    private int _disposals;

    public string Label => label;

    public int Disposals => Volatile.Read(ref _disposals);

    public void Dispose() => Interlocked.Increment(ref _disposals);

    public override string ToString() => label;
}

/// <summary>What a handler throws when it is asked to.</summary>
internal sealed class AskedFor(string what) : Exception(what);

/// <summary>Lines written by several actors.</summary>
internal sealed class Journal
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public string[] Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_lock) _lines.Add(line);
    }
}
