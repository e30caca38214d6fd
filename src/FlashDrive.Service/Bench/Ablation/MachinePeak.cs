using FlashDrive.Torch;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>What the machine can do at most, measured beside the table: float32 operations and bytes a second of one thread.</summary>
/// <param name="FlopsPerSecond">Best of several runs of multiply-adds that stay in registers.</param>
/// <param name="BytesPerSecond">Best of several passes over as many bytes as a decode step reads.</param>
internal sealed record MachinePeak(double FlopsPerSecond, double BytesPerSecond)
{
    private const int Repeats = 25, Rounds = 20_000;

    public MachinePeak Or(MachinePeak other) => new(Math.Max(FlopsPerSecond, other.FlopsPerSecond), Math.Max(BytesPerSecond, other.BytesPerSecond));

    public static MachinePeak Measure(TimeProvider time, double stepBytes)
    {
        using var guard = torch.no_grad();
        using var bytes = torch.full([(long)(stepBytes / sizeof(float))], 0.5);
        var (flops, read) = (0.0, 0.0);
        for (var i = 0; i < Repeats; i++)
        {
            var operations = 0L;
            var took = Seconds(time, () => operations = torch.kernels.multiply_add(Rounds));
            flops = Math.Max(flops, operations / took);
            read = Math.Max(read, stepBytes / Seconds(time, () => torch.kernels.read(bytes)));
        }
        return new(flops, read);
    }

    private static double Seconds(TimeProvider time, Action work)
    {
        var started = time.GetTimestamp();
        work();
        return time.GetElapsedTime(started).TotalSeconds;
    }
}
