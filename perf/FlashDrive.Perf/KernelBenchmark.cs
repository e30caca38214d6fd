using System.Diagnostics;
using System.Globalization;
using FlashDrive.Inference;
using FlashDrive.Torch;

namespace FlashDrive.Perf;

/// <summary>
/// The own kernels against LibTorch's operators, call by call and interleaved, with the share of the machine's peak that each reaches;
/// the peak of one thread is measured in the same run. The best of the rounds is what the code costs when nothing interrupts it, and the
/// shares and ratios are of it; the median shows how far from that the machine was.
/// </summary>
internal static class KernelBenchmark
{
    /// <summary>Calls of one measurement that are timed together, so that the clock's own cost does not show.</summary>
    private const double BatchMilliseconds = 0.4;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--model", "--rounds", "--threads");
        var rounds = int.Parse(options.GetValueOrDefault("--rounds", "41"), CultureInfo.InvariantCulture);
        var folder = options.GetValueOrDefault("--model", "models/nano");
        var threads = int.Parse(options.GetValueOrDefault("--threads", "1"), CultureInfo.InvariantCulture);
        torch.set_num_threads(threads);
        using var guard = torch.no_grad();
        using var model = DrivingModel.Load(folder);
        var (flops, bytes) = Peak();
        Console.WriteLine($"{folder}: best (median) of {rounds} rounds, {threads} threads; peak of one {flops / 1e9:F0} GFLOP/s, {bytes / 1e9:F0} GB/s over 4 MB; bound = work at that peak");
        Console.WriteLine($"{"call",-34}{"LibTorch µs",22}{"kernel µs",22}{"ratio",8}{"GFLOP/s",10}{"of bound",10}");
        using var work = new KernelCases(model);
        var best = new Dictionary<string, double>();
        foreach (var item in work.All())
        {
            var (reference, kernel) = Compare(item, rounds);
            best[item.Name] = kernel[0];
            var bound = Math.Max(item.Flops / flops, item.Bytes / bytes) * 1e6;
            Console.WriteLine($"{item.Name,-34}{Text(reference),22}{Text(kernel),22}{reference[0] / kernel[0],8:F2}{item.Flops / kernel[0] / 1e3,10:F0}{bound / kernel[0],10:P0}");
        }
        Console.WriteLine($"8-row verify over single-row step: {best[KernelCases.Verify] / best[KernelCases.Step]:F2} (bar 1.6)");
        return 0;
    }

    private static (double[] Reference, double[] Kernel) Compare(KernelCase item, int rounds)
    {
        var (a, b) = (new double[rounds], new double[rounds]);
        var (countA, countB) = (Batch(item.Reference), Batch(item.Kernel));
        for (var round = 0; round < rounds; round++) (a[round], b[round]) = (Microseconds(item.Reference, countA), Microseconds(item.Kernel, countB));
        Array.Sort(a);
        Array.Sort(b);
        return (a, b);
    }

    private static int Batch(Action work)
    {
        Microseconds(work, 2);
        return Math.Max(1, (int)(BatchMilliseconds * 1000 / Microseconds(work, 2)));
    }

    private static double Microseconds(Action work, int count)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            using var scope = torch.NewDisposeScope();
            work();
        }
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
    }

    private static string Text(double[] sorted) => $"{sorted[0]:F1} ({sorted[sorted.Length / 2]:F1})";

    /// <summary>Best rates of multiply-adds in registers and of reading as many bytes as a decode step reads.</summary>
    private static (double Flops, double Bytes) Peak()
    {
        using var scope = torch.NewDisposeScope();
        var data = torch.ones(1 << 20);
        var (flops, bytes, operations) = (0.0, 0.0, 0L);
        for (var i = 0; i < 40; i++)
        {
            var took = Microseconds(() => operations = torch.kernels.multiply_add(20_000), 1);
            flops = Math.Max(flops, operations / took);
            bytes = Math.Max(bytes, 4.0 * (1 << 20) / Microseconds(() => torch.kernels.read(data), 5));
        }
        return (flops * 1e6, bytes * 1e6);
    }
}
