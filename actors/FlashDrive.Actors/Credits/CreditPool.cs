namespace FlashDrive.Actors.Credits;

/// <summary>A fixed number of credits of one kind. Thread-safe.</summary>
public sealed class CreditPool(string name, int total)
{
    private int _free = total;

    public string Name => name;

    public int Total { get; } = total;

    public int InUse => Total - Volatile.Read(ref _free);

    public bool TryTake()
    {
        for (var free = Volatile.Read(ref _free); free > 0; free = Volatile.Read(ref _free))
            if (Interlocked.CompareExchange(ref _free, free - 1, free) == free) return true;
        return false;
    }

    public void Return()
    {
        if (Interlocked.Increment(ref _free) > Total) throw new InvalidOperationException($"more {name} credits were returned than the {Total} there are");
    }
}
