using FlashDrive.Inference.Publishing;

namespace FlashDrive.Service.Drive;

/// <summary>What a drive was asked to do, as it is shown at its head and written to its summary.</summary>
public sealed record DriveSetup(string Model, string Clip, string Rate, ulong Seed, int Samples, double Temperature, double TopP)
{
    public string? Navigation { get; init; }

    public string? Ego { get; init; }

    public IReadOnlyList<string> Cameras { get; init; } = [];

    public int Streams { get; init; } = 1;

    /// <summary>How it runs, one line each: sequentially, or the pipeline and its limits.</summary>
    public IReadOnlyList<string> Ways { get; init; } = ["sequential"];

    /// <summary>On the actors, where frames overlap.</summary>
    public bool IsPipelined { get; init; }

    /// <summary>What a frame takes alone, when it was measured.</summary>
    public TimeSpan? SerialLatency { get; init; }

    /// <summary>Real-time limits; null in a lossless or sequential drive.</summary>
    public RealTimeLimits? Limits { get; init; }

    /// <summary>Ticks the clip has, when that is known beforehand.</summary>
    public int? Frames { get; init; }
}
