namespace FlashDrive.Service.Drive;

/// <summary>The time a drive runs in.</summary>
public interface IPace
{
    /// <summary>Since the drive began.</summary>
    TimeSpan Now { get; }

    /// <summary>Returns at <paramref name="moment"/>, or at once when it has passed.</summary>
    /// <exception cref="OperationCanceledException">The drive was interrupted while it waited.</exception>
    void WaitUntil(TimeSpan moment, CancellationToken cancel);
}

/// <summary>The time of the machine.</summary>
public sealed class SystemPace(TimeProvider time) : IPace
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);

    public void WaitUntil(TimeSpan moment, CancellationToken cancel)
    {
        if (moment - Now is var wait && wait > TimeSpan.Zero) cancel.WaitHandle.WaitOne(wait);
        cancel.ThrowIfCancellationRequested();
    }
}
