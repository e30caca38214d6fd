using FlashDrive.Driving;
using FlashDrive.World.Roads;
using FlashDrive.World.Simulation;

namespace FlashDrive.World.Scenes;

/// <summary>A long road with one event after another; what moves waits for the ego to come near.</summary>
internal static class EpisodeScene
{
    public const double StartTime = -1.6;
    private const double RoadStart = -90, FirstEvent = 70, HighestMeanSpeed = 12, Sight = 200;

    /// <param name="first">The first event is about this cause, where one is wanted.</param>
    public static Scene Build(ulong seed, int attempt, double seconds, Cause? first)
    {
        var random = new KeyedRandom(seed).At(-2L).At(attempt);
        var draws = new Draws(random.At(4));
        var lanes = first switch
        {
            Cause.Oncoming => LaneLayout.TwoWay,
            Cause.CutIn => draws.Chance(0.5) ? LaneLayout.OneWayLeft : LaneLayout.OneWayRight,
            _ => draws.Pick<LaneLayout>([LaneLayout.TwoWay, LaneLayout.OneWayRight, LaneLayout.OneWayLeft]),
        };
        var draft = new SceneDraft(seed, random, lanes);
        var cast = new EpisodeCast(draft, draws);
        var end = seconds * HighestMeanSpeed + 60;
        var last = Cause.ClearRoad;
        for (var s = FirstEvent; s < end;)
        {
            var cause = first ?? cast.Choose(last);
            first = null;
            last = cause;
            s = cast.Place(cause, s) + draws.Between(24, 40);
        }
        cast.AddBystanders(end);
        var speed = draws.Between(6, 7.5);
        return draft.Finish(RoadStart, end + Sight, new EgoStart(StartTime * speed, draws.Between(-0.15, 0.15), speed, 0, StartTime));
    }
}
