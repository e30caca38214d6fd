using FlashDrive.Driving;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Actions;

/// <summary>
/// The unicycle action space (alpamayo.md §13): a trajectory is a sequence of normalised (acceleration, curvature) pairs, one per
/// time step, rolled out from the speed at t0. Going back from a trajectory, headings, speeds, accelerations and curvatures are
/// least-squares fits with smoothing and ridge, so both ways together return the path to a few millimetres. Computed in double.
/// </summary>
public sealed class UnicycleActionSpace(ActionSpaceConfiguration configuration)
{
    // Poses and equations of a usual trajectory fit the stack many times over; longer ones are read from the heap.
    private const int MostOnStack = 128;

    private static readonly double[] SecondDifference = [-1, 2, -1];
    private static readonly double[] ThirdDifference = [-1, 3, -3, 1];

    public ActionSpaceConfiguration Configuration { get; } = configuration;

    /// <summary>Time steps of one trajectory.</summary>
    public int Waypoints => Configuration.Waypoints;

    private double Dt => Configuration.StepSeconds;

    /// <summary>Least-squares speeds over a history (§13.2), m/s.</summary>
    /// <param name="history">Poses one time step apart, oldest first; at least four.</param>
    public double[] HistorySpeeds(ReadOnlySpan<PlanarPose> history)
    {
        var speeds = new double[history.Length];
        HistorySpeeds(history, speeds);
        return speeds;
    }

    /// <summary>Speed at t0, the end of the history.</summary>
    public double SpeedAtT0(ReadOnlySpan<PlanarPose> history)
    {
        var speeds = history.Length <= MostOnStack ? stackalloc double[history.Length] : new double[history.Length];
        HistorySpeeds(history, speeds);
        return speeds[^1];
    }

    public double SpeedAtT0(EgoHistory history)
    {
        Span<PlanarPose> poses = stackalloc PlanarPose[EgoHistory.Poses];
        Planar(history.AsSpan(), poses);
        return SpeedAtT0(poses);
    }

    /// <summary>Rolls normalised actions out (§13.1). Nothing is clamped; the speed may become negative.</summary>
    /// <param name="actions">[Waypoints, 2] normalised acceleration and curvature.</param>
    /// <param name="speed">Speed at t0.</param>
    /// <returns>[Waypoints] poses at t0 + dt, t0 + 2dt, …</returns>
    public PlanarPose[] Rollout(ReadOnlySpan<float> actions, double speed)
    {
        var poses = new PlanarPose[Waypoints];
        Rollout(actions, speed, poses);
        return poses;
    }

    /// <summary>As <see cref="Rollout(ReadOnlySpan{float}, double)"/>, into poses [Waypoints].</summary>
    public void Rollout(ReadOnlySpan<float> actions, double speed, Span<PlanarPose> poses)
    {
        CheckActions(actions);
        var c = Configuration;
        double accelerations = 0, heading = 0, x = 0, y = 0, v = speed;
        for (var k = 0; k < Waypoints; k++)
        {
            var acceleration = actions[2 * k] * c.AccelStd + c.AccelMean;
            var curvature = actions[2 * k + 1] * c.CurvatureStd + c.CurvatureMean;
            accelerations += acceleration;
            var (nextSpeed, nextHeading) = (speed + Dt * accelerations, heading + curvature * (v * Dt + acceleration * Dt * Dt / 2));
            x += (v * Math.Cos(heading) + nextSpeed * Math.Cos(nextHeading)) * Dt / 2;
            y += (v * Math.Sin(heading) + nextSpeed * Math.Sin(nextHeading)) * Dt / 2;
            (v, heading) = (nextSpeed, nextHeading);
            poses[k] = new(x, y, heading);
        }
    }

    /// <summary>The trajectory of sampled actions; its height is that of the newest history pose.</summary>
    public Trajectory ToTrajectory(ReadOnlySpan<float> actions, EgoHistory history)
    {
        var z = history[EgoHistory.Poses - 1].Position.Z;
        var planar = Waypoints <= MostOnStack ? stackalloc PlanarPose[Waypoints] : new PlanarPose[Waypoints];
        var poses = Waypoints <= MostOnStack ? stackalloc Pose[Waypoints] : new Pose[Waypoints];
        Rollout(actions, SpeedAtT0(history), planar);
        for (var k = 0; k < poses.Length; k++) poses[k] = planar[k].At(z);
        return new(poses);
    }

    /// <summary>The normalised actions that drive a trajectory (§13.3).</summary>
    /// <param name="future">[Waypoints] poses one step apart from t0 + dt on.</param>
    /// <param name="speed">Speed at t0.</param>
    /// <returns>[Waypoints, 2].</returns>
    public double[] ToActions(ReadOnlySpan<PlanarPose> future, double speed) => ToActions(future, speed, out _, out _);

    /// <summary>As <see cref="ToActions(ReadOnlySpan{PlanarPose}, double)"/>, with the fitted speed and heading at the start of every step.</summary>
    public double[] ToActions(ReadOnlySpan<PlanarPose> future, double speed, out double[] speeds, out double[] headings)
    {
        if (future.Length != Waypoints) throw new ArgumentException($"a trajectory has {Waypoints} poses, got {future.Length}", nameof(future));
        var c = Configuration;
        var smooth = SmoothHeadings(future);
        var path = new PlanarPose[Waypoints + 1];
        for (var k = 0; k < Waypoints; k++) path[k + 1] = future[k] with { Yaw = smooth[k + 1] };
        var v = new double[path.Length];
        SolveSpeeds(path, known: speed, v);
        var change = new double[Waypoints];
        for (var k = 0; k < Waypoints; k++) change[k] = (v[k + 1] - v[k]) / Dt;
        var ones = Enumerable.Repeat(1.0, Waypoints).ToArray();
        var accelerations = SolveScaled(ones, change, c.AccelLambda, c.AccelRidge);
        var (distance, turn) = (new double[Waypoints], new double[Waypoints]);
        for (var k = 0; k < Waypoints; k++)
        {
            distance[k] = Dt * v[k] + Dt * Dt / 2 * accelerations[k];
            turn[k] = smooth[k + 1] - smooth[k];
        }
        var curvatures = SolveScaled(distance, turn, c.CurvatureLambda, c.CurvatureRidge);
        var actions = new double[2 * Waypoints];
        for (var k = 0; k < Waypoints; k++)
        {
            actions[2 * k] = (accelerations[k] - c.AccelMean) / c.AccelStd;
            actions[2 * k + 1] = (curvatures[k] - c.CurvatureMean) / c.CurvatureStd;
        }
        (speeds, headings) = (v[..^1], smooth[..^1]);
        return actions;
    }

    /// <summary>The normalised actions of a driven trajectory, as training targets.</summary>
    public float[] ToActions(Trajectory trajectory, EgoHistory history)
    {
        var path = new PlanarPose[Trajectory.Points];
        Planar(trajectory.Poses, path);
        return Array.ConvertAll(ToActions(path, SpeedAtT0(history)), value => (float)value);
    }

    /// <summary>True when every denormalised pair is inside the bounds, inclusive. Only a check: actions are never clamped.</summary>
    public bool IsWithinBounds(ReadOnlySpan<float> actions)
    {
        CheckActions(actions);
        var c = Configuration;
        for (var k = 0; k < Waypoints; k++)
        {
            var acceleration = actions[2 * k] * c.AccelStd + c.AccelMean;
            var curvature = actions[2 * k + 1] * c.CurvatureStd + c.CurvatureMean;
            if (!(acceleration >= c.AccelBounds.Low && acceleration <= c.AccelBounds.High)) return false;
            if (!(curvature >= c.CurvatureBounds.Low && curvature <= c.CurvatureBounds.High)) return false;
        }
        return true;
    }

    private static void Planar(ReadOnlySpan<Pose> poses, Span<PlanarPose> planar)
    {
        for (var i = 0; i < poses.Length; i++) planar[i] = PlanarPose.From(poses[i]);
    }

    private void HistorySpeeds(ReadOnlySpan<PlanarPose> history, Span<double> speeds)
    {
        if (history.Length < 4) throw new ArgumentException($"the speed estimate needs at least 4 history poses, got {history.Length}", nameof(history));
        SolveSpeeds(history, known: null, speeds);
    }

    /// <summary>Headings at t0 (0) and every step: the unwrapped yaws, smoothed by their third differences.</summary>
    private double[] SmoothHeadings(ReadOnlySpan<PlanarPose> future)
    {
        var system = new BandedSystem(Waypoints, 3, new double[BandedSystem.MemoryLength(Waypoints, 3)]);
        double unwrapped = 0;
        for (var k = 0; k < Waypoints; k++)
        {
            var difference = future[k].Yaw - (k == 0 ? 0 : future[k - 1].Yaw);
            // The first yaw is taken as it is; later ones by their wrapped differences.
            unwrapped = k == 0 ? difference : unwrapped + Math.Atan2(Math.Sin(difference), Math.Cos(difference));
            system.RightSide[k] = unwrapped;
        }
        system.AddDiagonal(1 + Configuration.ThetaRidge);
        system.AddSmoothing(ThirdDifference, Configuration.ThetaLambda / Math.Pow(Dt, 6), Waypoints + 1, known: 0);
        if (!system.Solve()) throw new InvalidOperationException("the heading system is not positive definite: theta_lambda and theta_ridge are too small");
        return [0, .. system.RightSide];
    }

    /// <summary>
    /// Speeds at the points of a path from v_t·cosθ_t + v_{t+1}·cosθ_{t+1} = 2Δx_t/dt (likewise sine and y), in normal form. The
    /// system alone has an alternating null vector; smoothing and ridge make it definite and bias the speed slightly low.
    /// </summary>
    private void SolveSpeeds(ReadOnlySpan<PlanarPose> path, double? known, Span<double> speeds)
    {
        var skipped = known is null ? 0 : 1;
        var size = path.Length - skipped;
        var words = BandedSystem.MemoryLength(size, 3);
        var system = new BandedSystem(size, 3, size <= MostOnStack ? stackalloc double[words] : new double[words]);
        for (var t = 0; t + 1 < path.Length; t++)
        {
            var (a, b) = (path[t], path[t + 1]);
            var (dx, dy) = (2 / Dt * (b.X - a.X), 2 / Dt * (b.Y - a.Y));
            var (i, j, coupling) = (t - skipped, t + 1 - skipped, Math.Cos(a.Yaw - b.Yaw));
            system.Add(j, j, 1);
            system.RightSide[j] += dx * Math.Cos(b.Yaw) + dy * Math.Sin(b.Yaw);
            if (i < 0)
            {
                system.RightSide[j] -= coupling * known!.Value;
                continue;
            }
            system.Add(i, i, 1);
            system.Add(j, i, coupling);
            system.RightSide[i] += dx * Math.Cos(a.Yaw) + dy * Math.Sin(a.Yaw);
        }
        system.AddDiagonal(Configuration.SpeedRidge);
        system.AddSmoothing(ThirdDifference, Configuration.SpeedLambda / Math.Pow(Dt, 6), path.Length, known ?? 0);
        if (!system.Solve()) throw new InvalidOperationException("the speed system is not positive definite: v_lambda and v_ridge are too small");
        if (known is not null) speeds[0] = known.Value;
        system.RightSide.CopyTo(speeds[skipped..]);
    }

    /// <summary>Solves scale·value = target with smooth second differences. A ridge too small for rounding grows tenfold, as in the reference.</summary>
    private double[] SolveScaled(double[] scale, double[] target, double lambda, double ridge)
    {
        var memory = new double[BandedSystem.MemoryLength(Waypoints, 2)];
        for (var attempt = 0; attempt < 20; attempt++, ridge *= 10)
        {
            var system = new BandedSystem(Waypoints, 2, memory);
            for (var k = 0; k < Waypoints; k++)
            {
                system.Add(k, k, scale[k] * scale[k]);
                system.RightSide[k] = scale[k] * target[k];
            }
            system.AddDiagonal(ridge);
            system.AddSmoothing(SecondDifference, lambda / Math.Pow(Dt, 4), Waypoints);
            if (system.Solve()) return system.RightSide.ToArray();
        }
        throw new InvalidOperationException("no ridge makes the action system positive definite: the trajectory is not finite");
    }

    private void CheckActions(ReadOnlySpan<float> actions)
    {
        if (actions.Length != 2 * Waypoints)
            throw new ArgumentException($"{Waypoints} waypoints need {2 * Waypoints} values (acceleration, curvature), got {actions.Length}", nameof(actions));
    }
}
