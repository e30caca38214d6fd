using FlashDrive.Driving;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Ticks of one-pixel images, whose bytes follow from the stream's seed and the frame's id.</summary>
public static class StandInFrames
{
    internal const double Speed = 10;

    internal const string RefusedByGuard = "refused by the guard";

    internal const long PeriodMicroseconds = 100_000;

    private static readonly EgoHistory History = EgoHistory.Straight(Speed);

    /// <param name="cameras">Images of the tick.</param>
    /// <param name="malformed">An image is too short: the tick is refused.</param>
    /// <param name="refusedByGuard">The plan that comes of it will be.</param>
    public static FrameBundle Tick(ulong seed, long id, int cameras = 1, bool malformed = false, bool refusedByGuard = false)
    {
        var frames = new CameraFrame[cameras];
        for (var i = 0; i < cameras; i++)
        {
            var bits = new KeyedRandom(seed).At(id).Bits((ulong)i);
            frames[i] = new(i, id * PeriodMicroseconds, 1, 1, malformed ? [] : [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)]);
        }
        return new(id, id * PeriodMicroseconds, frames, History) { Navigation = refusedByGuard ? RefusedByGuard : null };
    }
}
