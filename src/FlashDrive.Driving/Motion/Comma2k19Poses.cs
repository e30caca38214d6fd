namespace FlashDrive.Driving.Motion;

/// <summary>
/// A folder of comma2k19 `global_pose` arrays: frame_times [n] seconds, frame_positions [n, 3] ECEF metres, frame_orientations
/// [n, 4] quaternions (w, x, y, z) between the ECEF frame and the device (x forward, y right, z down), frame_velocities [n, 3]
/// ECEF m/s. Poses come out with x forward, y left, z up in the frame of the first one, with the device's constant mounting
/// rotation removed so that the mean direction of travel is x.
/// </summary>
internal static class Comma2k19Poses
{
    /// <summary>Half a turn about x takes (forward, right, down) to (forward, left, up).</summary>
    private static readonly Rotation DeviceToVehicleAxes = new(0, 1, 0, 0);

    public static bool IsFolder(string path) => File.Exists(Path.Combine(path, "frame_positions.npy"));

    /// <exception cref="ClipException">missing_file, invalid_npy or invalid_pose_file.</exception>
    public static TimedPose[] Read(string folder)
    {
        var (times, rows, _) = ReadArray(folder, "frame_times.npy", null, 1);
        var (positions, _, _) = ReadArray(folder, "frame_positions.npy", rows, 3);
        var (orientations, _, _) = ReadArray(folder, "frame_orientations.npy", rows, 4);
        var (velocities, _, _) = ReadArray(folder, "frame_velocities.npy", rows, 3);

        for (var i = 0; i < rows; i++)
        {
            if (!double.IsFinite(times[i]) || Math.Abs(times[i]) > 1e12)
                throw new ClipException(ClipFault.InvalidPoseFile, $"frame_times.npy in '{folder}' has {times[i]} at row {i}, which is not a time in seconds");
        }

        var attitude = new Rotation[rows];
        var mean = Vec3.Zero;
        for (var i = 0; i < rows; i++)
        {
            attitude[i] = new Rotation(orientations[4 * i], orientations[4 * i + 1], orientations[4 * i + 2], orientations[4 * i + 3]) * DeviceToVehicleAxes;
            // Weighted by speed, so that the noise of a standing vehicle says nothing about the mount.
            mean += attitude[i].Inverse.Rotate(new(velocities[3 * i], velocities[3 * i + 1], velocities[3 * i + 2]));
        }

        var mount = mean.Length > 0 ? Towards(mean) : Rotation.Identity;
        var poses = new TimedPose[rows];
        var origin = Pose.Identity;
        for (var i = 0; i < rows; i++)
        {
            var pose = new Pose(new(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]), attitude[i] * mount);
            if (i == 0) origin = pose;
            poses[i] = new((long)Math.Round(times[i] * 1e6), pose.RelativeTo(origin));
        }
        return poses;
    }

    /// <summary>Yaw, then pitch, without roll: the rotation that takes x to <paramref name="direction"/>.</summary>
    private static Rotation Towards(Vec3 direction)
    {
        var pitch = -Math.Atan2(direction.Z, direction.LengthXy);
        return Rotation.FromYaw(Math.Atan2(direction.Y, direction.X)) * new Rotation(Math.Cos(pitch / 2), 0, Math.Sin(pitch / 2), 0);
    }

    private static (double[] Values, int Rows, int Columns) ReadArray(string folder, string name, int? rows, int columns)
    {
        var path = Path.Combine(folder, name);
        var array = NpyFile.Read(path);
        if (array.Columns != columns || rows is { } expected && array.Rows != expected)
        {
            throw new ClipException(ClipFault.InvalidPoseFile,
                $"'{path}' has shape [{array.Rows}, {array.Columns}], expected [{rows?.ToString() ?? "n"}, {columns}] to match frame_times.npy");
        }
        return array;
    }
}
