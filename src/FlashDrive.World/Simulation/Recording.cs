using FlashDrive.Driving;
using FlashDrive.World.Agents;
using FlashDrive.World.Scenes;

namespace FlashDrive.World.Simulation;

/// <summary>A scene played out, ten moments a second from <see cref="StartTime"/>.</summary>
internal sealed class Recording
{
    public const double Step = 0.1;
    private const int SubSteps = 4;

    private readonly EgoState[] _ego;
    private readonly AgentState[][] _agents;

    private Recording(Scene scene, double startTime, EgoState[] ego, AgentState[][] agents)
    {
        Scene = scene;
        StartTime = startTime;
        _ego = ego;
        _agents = agents;
    }

    public Scene Scene { get; }

    public double StartTime { get; }

    public int Count => _ego.Length;

    public EgoState Ego(int index) => _ego[index];

    public ReadOnlySpan<AgentState> Agents(int index) => _agents[index];

    public Pose EgoPose(int index)
    {
        var ego = _ego[index];
        return Scene.Road.PoseAt(ego.S, ego.D, Math.Atan2(ego.Slope, 1 - ego.D * Scene.Road.CurvatureAt(ego.S)));
    }

    public static Recording Play(Scene scene, double startTime, int count)
    {
        var driver = new ExpertDriver(scene);
        var (wander, wanderSlope) = new Tremor(scene.Seed).Wander(scene.Ego.S);
        var ego = new EgoState(scene.Ego.S, scene.Ego.D + wander, wanderSlope, scene.Ego.Speed, 0, 0);
        var current = scene.Agents.Select(a => a.Start).ToArray();
        var egos = new EgoState[count];
        var agents = new AgentState[count][];
        for (var i = 0; i < count; i++)
        {
            egos[i] = ego;
            agents[i] = [.. current];
            for (var sub = 0; sub < SubSteps; sub++)
            {
                const double dt = Step / SubSteps;
                var time = startTime + i * Step + sub * dt;
                var situation = Situation.Assess(scene, current, ego);
                var moment = new AgentMotion.Moment(time, ego.Front, ego.StandsFor);
                for (var a = 0; a < current.Length; a++) current[a] = AgentMotion.Step(scene.Agents[a], current[a], moment, dt);
                ego = driver.Step(ego, situation, time, dt);
            }
        }
        return new(scene, startTime, egos, agents);
    }
}
