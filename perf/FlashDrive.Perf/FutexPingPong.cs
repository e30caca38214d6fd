using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FlashDrive.Perf;

/// <summary>Two threads that wake each other through a futex each. They live as long as the actors' do, so that the kernel places both alike.</summary>
internal sealed class FutexPingPong
{
    private const nint FutexCall = 202, WaitPrivate = 128, WakePrivate = 129;
    private const int Start = 16, Ping = 48, Pong = 80;

    private readonly int[] _words = GC.AllocateArray<int>(112, pinned: true);
    private readonly ManualResetEventSlim _done = new(false, spinCount: 0);
    private readonly double[] _hops;

    internal FutexPingPong(int trips)
    {
        _hops = new double[trips];
        new Thread(RunPing) { IsBackground = true }.Start();
        new Thread(RunPong) { IsBackground = true }.Start();
    }

    internal double[] Round()
    {
        _done.Reset();
        Set(ref _words[Start]);
        _done.Wait();
        return _hops;
    }

    private void RunPing()
    {
        while (true)
        {
            Wait(ref _words[Start]);
            for (var i = 0; i < _hops.Length; i++)
            {
                var sent = Stopwatch.GetTimestamp();
                Set(ref _words[Pong]);
                Wait(ref _words[Ping]);
                _hops[i] = Stopwatch.GetElapsedTime(sent).TotalMicroseconds / 2;
            }
            _done.Set();
        }
    }

    private void RunPong()
    {
        while (true)
        {
            Wait(ref _words[Pong]);
            Set(ref _words[Ping]);
        }
    }

    private static void Set(ref int word)
    {
        if (Interlocked.Exchange(ref word, 1) == 0) syscall(FutexCall, ref word, WakePrivate, 1, 0, 0, 0);
    }

    private static void Wait(ref int word)
    {
        while (Interlocked.Exchange(ref word, 0) == 0) syscall(FutexCall, ref word, WaitPrivate, 0, 0, 0, 0);
    }

    [DllImport("libc", ExactSpelling = true)]
    private static extern nint syscall(nint number, ref int word, nint operation, nint value, nint timeout, nint otherWord, nint otherValue);
}
