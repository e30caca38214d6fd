namespace FlashDrive.Driving.Motion;

/// <summary>
/// Ego poses from a file of their own: CSV with the header <c>timestamp_us,x,y,z,qw,qx,qy,qz</c>, JSON with an
/// <c>ego_poses</c> array (a clip.json is one), or a folder of comma2k19 `global_pose` arrays. docs/clip-format.md has the details.
/// </summary>
public static class PoseFile
{
    /// <exception cref="ClipException">The file is missing, malformed, or its poses are refused by <see cref="EgoMotion"/>.</exception>
    public static EgoMotion Read(string path)
    {
        if (Directory.Exists(path))
        {
            if (!Comma2k19Poses.IsFolder(path))
                throw new ClipException(ClipFault.MissingFile, $"'{path}' is a folder without frame_positions.npy; a pose folder holds comma2k19 global_pose arrays");
            return Checked(path, Comma2k19Poses.Read(path));
        }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => Checked(path, PoseCsv.Read(path)),
            ".json" => Checked(path, PoseJson.Read(path)),
            var other => throw new ClipException(File.Exists(path) ? ClipFault.InvalidPoseFile : ClipFault.MissingFile,
                File.Exists(path) ? $"'{path}' has the extension '{other}'; poses are read from .csv, .json or a comma2k19 folder" : $"'{path}' does not exist"),
        };
    }

    /// <summary>Ego motion, with the file's name in front of what is wrong with a pose.</summary>
    internal static EgoMotion Checked(string path, IReadOnlyList<TimedPose> poses)
    {
        try
        {
            return new(poses);
        }
        catch (ClipException e)
        {
            throw new ClipException(e.Reason, $"'{path}': {e.Message}", e);
        }
    }
}
