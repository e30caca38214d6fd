namespace FlashDrive.Runtime.Embedded;

/// <summary>Puts one thread to sleep until another wakes it. One Set before a Wait is remembered.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly AutoResetEvent _event = new(false);

    public void Set() => _event.Set();

    public void Wait() => _event.WaitOne();

    public void Dispose() => _event.Dispose();
}
