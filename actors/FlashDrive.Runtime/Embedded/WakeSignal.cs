using System.Runtime.InteropServices;

namespace FlashDrive.Runtime.Embedded;

/// <summary>Puts one thread to sleep until another wakes it. One Set before a Wait is remembered. Never spins: the cores have other work.</summary>
internal abstract class WakeSignal
{
    /// <summary>The cheapest of this system: a hop over a futex costs less than half of one over any primitive of the class library.</summary>
    public static WakeSignal Create() => FutexSignal.IsSupported ? new FutexSignal() : new EventSignal();

    public abstract void Set();

    public abstract void Wait();
}

/// <summary>A Linux futex: <c>man 2 futex</c>.</summary>
internal sealed class FutexSignal : WakeSignal
{
    private const nint WaitPrivate = 0 | 128, WakePrivate = 1 | 128;

    private static readonly nint FutexCall = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    // Pinned because the kernel knows it by its address; a cache line of its own because two threads write it.
    private readonly int[] _line = GC.AllocateArray<int>(32, pinned: true);

    public static bool IsSupported => OperatingSystem.IsLinux() && FutexCall != 0;

    private ref int Word => ref _line[16];

    public override void Set()
    {
        if (Interlocked.Exchange(ref Word, 1) == 0) syscall(FutexCall, ref Word, WakePrivate, 1, 0, 0, 0);
    }

    public override void Wait()
    {
        // The kernel sleeps only while the word is 0, so a Set between the two lines is not missed; other ways to return are told apart by the loop.
        while (Interlocked.Exchange(ref Word, 0) == 0)
            syscall(FutexCall, ref Word, WaitPrivate, 0, 0, 0, 0);
    }

    [DllImport("libc", ExactSpelling = true)]
    private static extern nint syscall(nint number, ref int word, nint operation, nint value, nint timeout, nint otherWord, nint otherValue);
}

/// <summary>For systems without a futex.</summary>
internal sealed class EventSignal : WakeSignal
{
    private readonly AutoResetEvent _event = new(false);

    public override void Set() => _event.Set();

    public override void Wait() => _event.WaitOne();
}
