using FlashDrive.Driving;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Simulation;

/// <summary>The ticks of one stream: good ones, and in a spoilt scenario some that are not.</summary>
internal static class TickPlan
{
    /// <param name="number">Of the stream.</param>
    /// <param name="seed">Of the stream.</param>
    internal static IEnumerable<Arrival<FrameBundle>> Doomed(Scenario scenario, int number, ulong seed, TimeSpan from)
    {
        var random = new KeyedRandom(seed).At(7);
        var (period, id, cameras) = (scenario.Periods[number], 0L, 1);
        for (var i = 0; i < scenario.Ticks; i++, id++)
        {
            var at = from + i * period;
            if (at >= scenario.Doomed) yield break;
            var spoilt = random.Integer((ulong)i, 1000) < scenario.Spoilt ? 1 + random.At(1).Integer((ulong)i, 4) : 0;
            if (spoilt == 1) id += 20;
            if (spoilt == 2) cameras = 3 - cameras;
            yield return new(at, StandInFrames.Tick(seed, id, cameras, malformed: spoilt == 3, refusedByGuard: spoilt == 4, scenario.Poison?.Invoke(number, id), scenario.SourcePeriod));
        }
    }
}
