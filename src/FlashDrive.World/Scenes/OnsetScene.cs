using FlashDrive.Driving;
using FlashDrive.World.Agents;
using FlashDrive.World.Roads;
using FlashDrive.World.Simulation;

namespace FlashDrive.World.Scenes;

/// <summary>
/// Scenes in which something begins at t0 = 0, with the ego's rear axle at s ≈ 0. The ego's speed, offset and habits are drawn before and
/// apart from the cause; up to t0 it keeps its course whatever is ahead.
/// </summary>
internal static class OnsetScene
{
    public const double StartTime = -1.6;
    public const double LowestSpeed = 6, HighestSpeed = 12;
    private const double RoadStart = -60, RoadEnd = 210;

    public static Scene Build(ulong seed, int attempt, Cause cause)
    {
        var random = new KeyedRandom(seed).At(attempt);
        var common = new Draws(random.At(4));
        var speed = common.Between(LowestSpeed, HighestSpeed);
        var drift = common.Between(-0.12, 0.12);
        var offset = common.Between(-0.2, 0.2);
        var draws = new Draws(random.At(5));
        var draft = new SceneDraft(seed, random, Lanes(cause, new(random.At(6))));
        var cast = new OnsetCast(draft, draws, speed);
        cast.Place(cause);
        cast.AddBystanders(cause);
        // Speed at t0 is `speed`; it was reached with the small constant drift.
        var startSpeed = speed + drift * StartTime;
        var start = new EgoStart((startSpeed + speed) / 2 * StartTime, offset, startSpeed, drift, 0);
        return draft.Finish(RoadStart, RoadEnd, start);
    }

    private static LaneLayout Lanes(Cause cause, Draws draws) => cause switch
    {
        Cause.Oncoming => LaneLayout.TwoWay,
        Cause.CutIn => draws.Chance(0.5) ? LaneLayout.OneWayLeft : LaneLayout.OneWayRight,
        _ => draws.Below(20) switch { < 8 => LaneLayout.TwoWay, < 14 => LaneLayout.OneWayRight, _ => LaneLayout.OneWayLeft },
    };
}
