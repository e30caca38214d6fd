namespace FlashDrive.World.Tests;

/// <summary>Windows that several test classes look at, sampled once.</summary>
[CollectionDefinition(Collection)]
public sealed class SampledWindows : ICollectionFixture<SampledWindows>
{
    public const string Collection = "sampled windows";
    public const int Count = 220;
    public const ulong FirstSeed = 5_000;

    public IReadOnlyList<DrivingWindow> Exam { get; } = WindowSampler.Exam(FirstSeed, FirstSeed + Count - 1, Count).ToArray();

    public IEnumerable<DrivingWindow> Of(params Cause[] causes) => Exam.Where(w => causes.Contains(w.Cause));
}
