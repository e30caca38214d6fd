using FlashDrive.World.Scenes;

namespace FlashDrive.World.Simulation;

/// <summary>
/// Drives the ego by rules on the <see cref="Situation"/>: the lowest of the accelerations that its constraints allow, and an
/// offset that keeps clear of what stands in the lane. Following is the intelligent driver model (Treiber, Hennecke, Helbing 2000).
/// </summary>
internal sealed class ExpertDriver(Scene scene)
{
    private const double HardestBraking = 6, BrakeJerk = 9, PowerJerk = 3.5, StandstillGap = 2.5, EdgeRoom = EgoState.Width / 2 + 0.35, RoomBeforePassage = 9;

    private readonly DriverProfile _driver = scene.Driver;
    private readonly double[] _seenSince = Enumerable.Repeat(double.NaN, Enum.GetValues<Cause>().Length).ToArray();
    private readonly Tremor _tremor = new(scene.Seed);
    private LateralPlan _plan = new(scene.Ego.S, 0, scene.Ego.D, 0, scene.Ego.D);
    private double _referenceSpeed = scene.Ego.Speed;
    private bool _wasFree = true;

    public EgoState Step(EgoState ego, Situation situation, double time, double dt)
    {
        var wanted = time < scene.Ego.HoldUntil ? scene.Ego.HoldAcceleration : Decide(ego, situation, time);
        var acceleration = ego.Acceleration + Math.Clamp(wanted - ego.Acceleration, -BrakeJerk * dt, PowerJerk * dt);
        if (time < scene.Ego.HoldUntil) acceleration = wanted;
        var speed = ego.Speed + (acceleration + (ego.Speed > 1 ? _tremor.Pedal(time) : 0)) * dt;
        if (speed < 0.02 && wanted <= 0) (speed, acceleration) = (0, 0);
        speed = Math.Max(0, speed);
        var s = ego.S + (ego.Speed + speed) / 2 * dt;
        var (d, slope) = _plan.At(s);
        var (wander, wanderSlope) = _tremor.Wander(s);
        return new(s, d + wander, slope + wanderSlope, speed, acceleration, speed < 0.05 ? ego.StandsFor + dt : 0);
    }

    private double Decide(EgoState ego, Situation situation, double time)
    {
        Notice(situation, time);
        var obstacle = Acts(Cause.Cones, time, situation) ?? Acts(Cause.ParkedCar, time, situation);
        var yield = Acts(Cause.Oncoming, time, situation);
        Steer(ego, obstacle, yield);
        if (!Reacted(Cause.ClearRoad, time)) return 0;

        var cruise = scene.Ego.Speed * _driver.CruiseFactor;
        if (obstacle is not null)
        {
            if (_wasFree) _referenceSpeed = Math.Max(ego.Speed, 5);
            cruise = _referenceSpeed * _driver.NudgeSpeedFactor;
        }
        _wasFree = obstacle is null;
        var acceleration = Free(ego.Speed, cruise);
        if (situation.VehicleAhead is { } ahead && ego.Front + ahead.Distance > 0) acceleration = Math.Min(acceleration, FollowVehicle(ego.Speed, cruise, ahead.Distance, ahead.Speed));
        if (Acts(Cause.CutIn, time, situation) is { } cutIn) acceleration = Math.Min(acceleration, FollowVehicle(ego.Speed, cruise, cutIn.Distance, cutIn.Speed));
        if (Acts(Cause.RedLight, time, situation) is { } red && !(red.IsAmber && Needed(ego.Speed, red.Distance) > 3.5))
            acceleration = Math.Min(acceleration, StopWithin(ego.Speed, red.Distance - _driver.StopGap));
        if (Acts(Cause.PedestrianCrossing, time, situation) is { } walker) acceleration = Math.Min(acceleration, StopWithin(ego.Speed, walker.Distance - 1.5 - _driver.StopGap));
        if (yield is { } passage) acceleration = Math.Min(acceleration, StopWithin(ego.Speed, passage.Distance - RoomBeforePassage - _driver.StopGap));
        return Math.Max(-HardestBraking, Math.Min(acceleration, Bend(ego)));
    }

    private void Notice(Situation situation, double time)
    {
        for (var i = 0; i < _seenSince.Length; i++)
        {
            if (situation[(Cause)i] is null) _seenSince[i] = double.NaN;
            else if (double.IsNaN(_seenSince[i])) _seenSince[i] = time;
        }
    }

    private bool Reacted(Cause cause, double time) => time - _seenSince[(int)cause] >= _driver.Reaction;

    private Situation.Constraint? Acts(Cause cause, double time, Situation situation) => Reacted(cause, time) ? situation[cause] : null;

    private double Free(double speed, double cruise) => speed <= cruise
        ? _driver.Acceleration * (1 - Math.Pow(speed / cruise, 4))
        : -Math.Min(1.6, 0.9 * (speed - cruise));

    private double FollowVehicle(double speed, double cruise, double gap, double leadSpeed)
    {
        var wanted = StandstillGap + Math.Max(0, speed * _driver.Headway + speed * (speed - leadSpeed) / (2 * Math.Sqrt(_driver.Acceleration * _driver.Braking)));
        var ratio = wanted / Math.Max(gap, 0.5);
        var acceleration = _driver.Acceleration * (1 - Math.Min(1, Math.Pow(speed / cruise, 4)) - ratio * ratio);
        // A gap that is only shorter than liked is opened at leisure: never by more than a quarter below the leader's speed.
        return speed < 0.75 * leadSpeed && gap > 4 ? Math.Max(acceleration, 0) : acceleration;
    }

    /// <summary>Constant braking that ends at the place, from the moment it becomes worth it.</summary>
    private double StopWithin(double speed, double distance)
    {
        if (distance <= 0.3) return speed > 0 ? -_driver.Braking : 0;
        var needed = Needed(speed, distance);
        return needed >= 0.55 * _driver.Braking || speed < 2.5 ? -needed : double.PositiveInfinity;
    }

    private double Bend(EgoState ego)
    {
        var lowest = double.PositiveInfinity;
        for (var ahead = 0.0; ahead <= 30; ahead += 1.5)
        {
            var curvature = Math.Abs(scene.Road.CurvatureAt(ego.S + ahead));
            if (curvature < 0.004) continue;
            var allowed = Math.Max(2.5, Math.Sqrt(_driver.LateralAcceleration / curvature));
            if (allowed >= ego.Speed) lowest = Math.Min(lowest, ahead < 12 ? 1.5 * (allowed - ego.Speed) : double.PositiveInfinity);
            else if ((ego.Speed * ego.Speed - allowed * allowed) / (2 * Math.Max(1, ahead)) is var needed && needed > 0.6 * _driver.Braking) lowest = Math.Min(lowest, -needed);
        }
        return lowest;
    }

    private void Steer(EgoState ego, Situation.Constraint? obstacle, Situation.Constraint? yield)
    {
        double target, length;
        if (obstacle is { Obstacle: { } thing } found)
        {
            target = thing.Edge - thing.Side * (EgoState.Width / 2 + _driver.NudgeMargin);
            // Nothing to do when the lane's middle already keeps clear.
            target = thing.Side < 0 ? Math.Max(target, scene.Ego.D) : Math.Min(target, scene.Ego.D);
            target = Math.Clamp(target, scene.Lanes.RightEdge + EdgeRoom, scene.Lanes.LeftEdge - EdgeRoom);
            length = Math.Clamp(found.Distance + 1, 9, 24);
        }
        else if (yield is { } passage)
        {
            target = scene.Ego.D - _driver.YieldShift;
            length = Math.Clamp(passage.Distance - RoomBeforePassage - 2, 10, 16);
        }
        else if (PassageAt(ego) is { } narrow)
        {
            target = (narrow.RightEdge + narrow.LeftEdge) / 2;
            length = Math.Clamp(narrow.From - ego.Front, 7, 20);
        }
        else
        {
            target = scene.Ego.D;
            length = 16;
        }
        if (target == _plan.ToD) return;
        var (d, slope) = _plan.At(ego.S);
        _plan = new(ego.S, length, d, slope, target);
    }

    /// <summary>The passage the ego is in or about to enter: its middle is the only way through.</summary>
    private NarrowPassage? PassageAt(EgoState ego)
    {
        foreach (var passage in scene.Passages)
        {
            if (passage.From - ego.Front < 24 && passage.To > ego.S - 1) return passage;
        }
        return null;
    }

    private static double Needed(double speed, double distance) => speed * speed / (2 * Math.Max(distance, 0.3));
}
