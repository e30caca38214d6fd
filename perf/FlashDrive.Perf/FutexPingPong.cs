using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FlashDrive.Perf;

/// <summary>Two threads that wake each other through a futex each: the least that the system charges for it.</summary>
internal sealed class FutexPingPong
{
    private const nint FutexCall = 202, WaitPrivate = 128, WakePrivate = 129;
    private const int Begin = 16, Ping = 48, Pong = 80;

    private readonly int[] _words = GC.AllocateArray<int>(112, pinned: true);
    private readonly ManualResetEventSlim _done = new(false, spinCount: 0);
    private readonly double[] _hops;

    /// <param name="pingCpu">Processor of the one thread.</param>
    /// <param name="pongCpu">Processor of the other one.</param>
    internal FutexPingPong(int trips, int pingCpu, int pongCpu)
    {
        _hops = new double[trips];
        Start(RunPing, pingCpu);
        Start(RunPong, pongCpu);
    }

    internal double[] Round()
    {
        _done.Reset();
        Set(ref _words[Begin]);
        _done.Wait();
        return _hops;
    }

    private static void Start(Action run, int cpu) => new Thread(() =>
    {
        Affinity.Bind(cpu);
        run();
    }) { IsBackground = true }.Start();

    private void RunPing()
    {
        while (true)
        {
            Wait(ref _words[Begin]);
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
