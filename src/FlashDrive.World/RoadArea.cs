using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.World.Scenes;
using FlashDrive.World.Simulation;

namespace FlashDrive.World;

/// <summary>The carriageway of a scene in the ego frame at t0.</summary>
internal sealed class RoadArea(Scene scene, Pose origin) : IDrivableArea
{
    private const double CrossRoadReach = 70;

    public bool Contains(double x, double y)
    {
        var world = origin.Position + origin.Rotation.Rotate(new(x, y, 0));
        var (s, d) = scene.Road.Project(world.X, world.Y);
        if (d >= scene.Lanes.RightEdge && d <= scene.Lanes.LeftEdge) return true;
        return scene.Junctions.Any(j => s >= j.From && s <= j.To && Math.Abs(d) <= CrossRoadReach);
    }
}

/// <summary>Other road users and obstacles of a recording in the ego frame at moment <paramref name="index"/>.</summary>
internal sealed class RecordedObstacles(Recording recording, int index) : IObstacleForecast
{
    public IReadOnlyList<OrientedBox> At(double seconds)
    {
        var scene = recording.Scene;
        var at = Math.Clamp(index + (int)Math.Round(seconds / Recording.Step), 0, recording.Count - 1);
        var origin = recording.EgoPose(index);
        var boxes = new List<OrientedBox>();
        var agents = recording.Agents(at);
        for (var i = 0; i < agents.Length; i++)
        {
            if (scene.Agents[i].Role != Agents.AgentRole.TrafficLight) Add(agents[i].S, agents[i].D, agents[i].Yaw, scene.Agents[i].Body.Length, scene.Agents[i].Body.Width);
        }
        foreach (var part in scene.Obstacles.SelectMany(o => o.Parts)) Add(part.S, part.D, part.Yaw, part.Body.Length, part.Body.Width);
        foreach (var passage in scene.Passages)
        {
            double middle = (passage.From + passage.To) / 2, length = passage.To - passage.From;
            Add(middle, (scene.Lanes.RightEdge + passage.RightEdge) / 2, 0, length, passage.RightEdge - scene.Lanes.RightEdge);
            Add(middle, (scene.Lanes.LeftEdge + passage.LeftEdge) / 2, 0, length, scene.Lanes.LeftEdge - passage.LeftEdge);
        }
        return boxes;

        void Add(double s, double d, double yaw, double length, double width)
        {
            var local = scene.Road.PoseAt(s, d, yaw).RelativeTo(origin);
            boxes.Add(new(local.Position.X, local.Position.Y, local.Rotation.Yaw, length, width));
        }
    }
}
