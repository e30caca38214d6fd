using System.Text.Json;
using FlashDrive.Driving.Clips;

namespace FlashDrive.Driving.Motion;

/// <summary>Poses as clip.json writes them: <c>"ego_poses": [[timestamp_us, x, y, z, qw, qx, qy, qz], …]</c>.</summary>
internal static class PoseJson
{
    /// <exception cref="ClipException">missing_file, unreadable_file, invalid_json, missing_field or invalid_pose_file.</exception>
    public static List<TimedPose> Read(string path)
    {
        using var document = JsonFields.ReadDocument(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("ego_poses", out var rows))
            throw new ClipException(ClipFault.MissingField, $"'{path}': ego_poses is missing");
        return ReadRows(path, rows);
    }

    public static List<TimedPose> ReadRows(string path, JsonElement rows)
    {
        if (rows.ValueKind != JsonValueKind.Array)
            throw new ClipException(ClipFault.InvalidPoseFile, $"'{path}': ego_poses must be an array of [timestamp_us, x, y, z, qw, qx, qy, qz]");
        var poses = new List<TimedPose>(rows.GetArrayLength());
        Span<double> numbers = stackalloc double[7];
        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != 8 || !IsNumbers(row) || !row[0].TryGetInt64(out var time))
            {
                var text = row.GetRawText();
                throw new ClipException(ClipFault.InvalidPoseFile,
                    $"'{path}': ego_poses[{poses.Count}] must be 8 numbers, timestamp_us (whole), x, y, z, qw, qx, qy, qz; it is {(text.Length <= 100 ? text : text[..100] + "…")}");
            }
            for (var k = 0; k < numbers.Length; k++) numbers[k] = row[k + 1].GetDouble();
            poses.Add(new(time, new(new(numbers[0], numbers[1], numbers[2]), new(numbers[3], numbers[4], numbers[5], numbers[6]))));
        }
        return poses;
    }

    private static bool IsNumbers(JsonElement row)
    {
        foreach (var element in row.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number) return false;
        }
        return true;
    }
}
