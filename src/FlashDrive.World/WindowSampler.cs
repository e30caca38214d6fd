namespace FlashDrive.World;

/// <summary>Draws driving windows from seeds: the same seed gives the same window, byte for byte.</summary>
public static class WindowSampler
{
    /// <summary>One window; its cause is drawn from the seed, all causes alike.</summary>
    public static DrivingWindow Sample(ulong seed, WindowKind kind) => throw new NotImplementedException();

    /// <summary>
    /// A stratified examination from seeds <paramref name="firstSeed"/>..<paramref name="lastSeed"/> (inclusive): every cause within
    /// 5-15 %, at least 30 % with a distractor, at least six manoeuvres.
    /// </summary>
    public static IEnumerable<DrivingWindow> Exam(ulong firstSeed, ulong lastSeed, int count) => throw new NotImplementedException();
}
