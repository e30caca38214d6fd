using System.Runtime.InteropServices;

namespace FlashDrive.Perf;

/// <summary>
/// Binds the calling thread to a processor. Waking a thread on the same processor and on another one differ by a factor, and the
/// scheduler's choice between them by chance, so what is compared must stand on the same ones.
/// </summary>
internal static class Affinity
{
    // 1024 processors.
    private const int Words = 16;

    /// <summary>Processors this process may use.</summary>
    internal static int[] Allowed()
    {
        var mask = new ulong[Words];
        if (sched_getaffinity(0, Words * sizeof(ulong), mask) < 0) throw new InvalidOperationException($"sched_getaffinity failed with {Marshal.GetLastPInvokeError()}");
        return [.. Enumerable.Range(0, Words * 64).Where(cpu => (mask[cpu / 64] >> (cpu % 64) & 1) != 0)];
    }

    internal static void Bind(int cpu)
    {
        var mask = new ulong[Words];
        mask[cpu / 64] = 1UL << (cpu % 64);
        if (sched_setaffinity(0, Words * sizeof(ulong), mask) != 0) throw new InvalidOperationException($"the thread could not be bound to processor {cpu}: error {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", SetLastError = true, ExactSpelling = true)]
    private static extern int sched_getaffinity(int pid, nint size, [In, Out] ulong[] mask);

    [DllImport("libc", SetLastError = true, ExactSpelling = true)]
    private static extern int sched_setaffinity(int pid, nint size, ulong[] mask);
}
