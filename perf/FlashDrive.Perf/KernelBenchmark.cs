using System.Diagnostics;
using System.Globalization;
using FlashDrive.Inference;
using FlashDrive.Torch;

namespace FlashDrive.Perf;

/// <summary>
/// The own kernels against LibTorch's operators, call by call and interleaved, with the share of the machine's peak that each reaches;
/// the peak is measured in the same run. One thread.
/// </summary>
internal static class KernelBenchmark
{
    /// <summary>Calls of one measurement that are timed together, so that the clock's own cost does not show.</summary>
    private const double BatchMilliseconds = 2;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--model", "--rounds");
        var rounds = int.Parse(options.GetValueOrDefault("--rounds", "15"), CultureInfo.InvariantCulture);
        var folder = options.GetValueOrDefault("--model", "models/nano");
        torch.set_num_threads(1);
        using var guard = torch.no_grad();
        using var model = DrivingModel.Load(folder);
        var (flops, bytes) = Peak();
        Console.WriteLine($"{folder}: median of {rounds} rounds, one thread; peak {flops / 1e9:F0} GFLOP/s, {bytes / 1e9:F0} GB/s over 4 MB; bound = work at that peak");
        Console.WriteLine($"{"call",-34}{"LibTorch µs",12}{"kernel µs",12}{"ratio",8}{"GFLOP/s",10}{"of bound",10}");
        using var work = new KernelCases(model);
        var medians = new Dictionary<string, double>();
        foreach (var item in work.All())
        {
            var (reference, kernel) = Compare(item, rounds);
            medians[item.Name] = kernel;
            var bound = Math.Max(item.Flops / flops, item.Bytes / bytes) * 1e6;
            Console.WriteLine($"{item.Name,-34}{reference,12:F1}{kernel,12:F1}{reference / kernel,8:F2}{item.Flops / kernel / 1e3,10:F0}{bound / kernel,10:P0}");
        }
        Console.WriteLine($"8-row verify over single-row step: {medians[KernelCases.Verify] / medians[KernelCases.Step]:F2} (bar 1.6)");
        return 0;
    }

    private static (double Reference, double Kernel) Compare(KernelCase item, int rounds)
    {
        var (a, b) = (new double[rounds], new double[rounds]);
        var (countA, countB) = (Batch(item.Reference), Batch(item.Kernel));
        for (var round = 0; round < rounds; round++) (a[round], b[round]) = (Microseconds(item.Reference, countA), Microseconds(item.Kernel, countB));
        return (Median(a), Median(b));
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

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

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
