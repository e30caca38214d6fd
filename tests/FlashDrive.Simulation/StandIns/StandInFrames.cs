using FlashDrive.Driving;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Ticks of one-pixel images, whose bytes follow from the stream's seed and the frame's id.</summary>
public static class StandInFrames
{
    internal const double Speed = 10;

    internal const string RefusedByGuard = "refused by the guard", Poison = "poison for ";

    public const long PeriodMicroseconds = 100_000;

    private static readonly EgoHistory History = EgoHistory.Straight(Speed);

    /// <param name="cameras">Images of the tick.</param>
    /// <param name="malformed">An image is too short: the tick is refused.</param>
    /// <param name="refusedByGuard">The plan that comes of it will be.</param>
    /// <param name="poison">The stage that is to throw over it.</param>
    /// <param name="period">Microseconds of the source's time from tick to tick.</param>
    public static FrameBundle Tick(ulong seed, long id, int cameras = 1, bool malformed = false, bool refusedByGuard = false, string? poison = null, long period = PeriodMicroseconds)
    {
        var frames = new CameraFrame[cameras];
        for (var i = 0; i < cameras; i++)
        {
            var bits = new KeyedRandom(seed).At(id).Bits((ulong)i);
            frames[i] = new(i, id * period, 1, 1, malformed ? [] : [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)]);
        }
        return new(id, id * period, frames, History) { Navigation = refusedByGuard ? RefusedByGuard : poison is null ? null : Poison + poison };
    }
}
