namespace FlashDrive.Service.Drive;

/// <summary>What a drive was asked to do, as it is shown at its head and written to its summary.</summary>
public sealed record DriveSetup(string Model, string Clip, string Rate, ulong Seed, int Samples, double Temperature, double TopP)
{
    public string? Navigation { get; init; }

    public string? Ego { get; init; }

    public IReadOnlyList<string> Cameras { get; init; } = [];

    /// <summary>Ticks the clip has, when that is known beforehand.</summary>
    public int? Frames { get; init; }
}
