using System.Text.Json;
using FlashDrive.Driving.Motion;
using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Clips;

/// <summary>Reads clip.json, strictly: docs/clip.schema.json is its schema.</summary>
internal static class ClipDocument
{
    public const string FileName = "clip.json";
    public const int Version = 1;

    /// <summary>Names outside the catalogue read camera_i; two digits are more cameras than any vehicle has.</summary>
    public const int LargestCameraIndex = 99;

    /// <summary>Microseconds; 36,000 years on either side of 1970, so that sums of times cannot overflow.</summary>
    private const long FarthestTime = 1L << 60;

    public static readonly string[] Fields = ["version", "name", "fps", "cameras", "ego_poses", "ground_truth", "navigation", "annotations"];
    public static readonly string[] CameraFields = ["name", "index", "file", "first_number", "timestamps_us", "start_us"];
    public static readonly string[] NavigationFields = ["from_us", "text"];

    public static Clip Read(string path, EgoMotion? ego)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var document = JsonFields.ReadDocument(path);
        var fields = new JsonFields(path, "", document.RootElement, Fields);
        fields.Integer("version", Version, Version);
        var fps = fields.Number("fps", 0.1, 1000);

        // Poses are checked before the videos are asked for, because that costs a program start per camera.
        ego ??= ReadPoses(path, folder, fields);
        var groundTruth = !fields.TryGet("ground_truth", out _) || fields.Flag("ground_truth");
        var navigation = ReadNavigation(path, fields);
        var name = fields.TryGet("name", out _) ? fields.Text("name") : Path.GetFileName(folder);
        return new(path, name, fps, ReadCameras(path, folder, fields, fps), ego, groundTruth, navigation);
    }

    private static EgoMotion? ReadPoses(string path, string folder, JsonFields fields)
    {
        if (!fields.TryGet("ego_poses", out var poses)) return null;
        return poses.ValueKind == JsonValueKind.String
            ? PoseFile.Read(Inside(path, folder, "ego_poses", fields.Text("ego_poses")))
            : PoseFile.Checked(path, PoseJson.ReadRows(path, poses));
    }

    private static NavigationInstruction[] ReadNavigation(string path, JsonFields fields)
    {
        if (!fields.TryGet("navigation", out var navigation)) return [];
        if (navigation.ValueKind == JsonValueKind.String) return [new(long.MinValue, fields.Text("navigation"))];
        var instructions = new List<NavigationInstruction>();
        foreach (var element in fields.Array("navigation").EnumerateArray())
        {
            var place = $"navigation[{instructions.Count}]";
            var entry = new JsonFields(path, place, element, NavigationFields);
            var text = entry.Require("text");
            if (text.ValueKind != JsonValueKind.String) throw entry.Invalid($"{place}.text", "a text", text);
            var from = entry.Integer("from_us", long.MinValue, long.MaxValue);
            if (instructions.Count > 0 && from <= instructions[^1].FromMicroseconds)
                throw entry.Invalid($"{place}.from_us", $"later than the one before ({instructions[^1].FromMicroseconds})", entry.Require("from_us"));
            instructions.Add(new(from, text.GetString()!));
        }
        return [.. instructions];
    }

    private static ClipCamera[] ReadCameras(string path, string folder, JsonFields fields, double fps)
    {
        var entries = new List<(JsonFields Fields, int Index, string Place)>();
        var array = fields.Array("cameras");
        foreach (var element in array.EnumerateArray())
        {
            var place = $"cameras[{entries.Count}]";
            var entry = new JsonFields(path, place, element, CameraFields);
            var name = entry.Text("name");
            var index = (int)entry.Integer("index", 0, LargestCameraIndex);
            if (name != CameraCatalog.DatasetName(index))
            {
                throw new ClipException(ClipFault.UnknownCamera,
                    $"'{path}': {place} is named '{name}' with index {index}; index {index} is '{CameraCatalog.DatasetName(index)}'"
                    + (CameraCatalog.IndexOf(name) is >= 0 and var known ? $", '{name}' has index {known}" : ""));
            }
            if (entries.Exists(e => e.Index == index))
                throw new ClipException(ClipFault.DuplicateCamera, $"'{path}': {place} repeats camera {index} ('{name}')");
            entries.Add((entry, index, place));
        }
        if (entries.Count == 0) throw fields.Invalid("cameras", "an array of at least one camera", array);

        // Every camera asks ffprobe; together they take as long as the slowest. The first fault in file order is reported.
        var tasks = entries.ConvertAll(e => Task.Run(() => ReadCamera(path, folder, e.Fields, e.Index, e.Place, fps)));
        return tasks.ConvertAll(t => t.GetAwaiter().GetResult()).ToArray();
    }

    private static ClipCamera ReadCamera(string path, string folder, JsonFields fields, int index, string place, double fps)
    {
        var file = fields.Text("file");
        var target = Inside(path, folder, $"{place}.file", file);
        var isPattern = ImageSequence.IsPattern(file);
        var times = fields.TryGet("timestamps_us", out var given) ? fields.Integers("timestamps_us") : null;
        if (times is { Length: 0 }) throw fields.Invalid($"{place}.timestamps_us", "an array of at least one time", given);
        if (times is not null && Array.FindIndex(times, t => t is < -FarthestTime or > FarthestTime) is >= 0 and var far)
            throw fields.Invalid($"{place}.timestamps_us[{far}]", $"a time from {-FarthestTime} to {FarthestTime} µs", given[far]);
        if (times is not null && fields.TryGet("start_us", out var startGiven))
            throw fields.Invalid($"{place}.start_us", "absent where timestamps_us are given", startGiven);
        if (!isPattern && fields.TryGet("first_number", out var numberGiven))
            throw fields.Invalid($"{place}.first_number", "absent for a video file", numberGiven);
        var start = fields.TryGet("start_us", out _) ? fields.Integer("start_us", -FarthestTime, FarthestTime) : 0;
        return isPattern ? Images() : Video();

        ClipCamera Images()
        {
            var images = new ImageSequence(target, fields.TryGet("first_number", out _) ? (int)fields.Integer("first_number", 0, int.MaxValue / 2) : 0);
            var count = images.CountOnDisk();
            if (count == 0)
                throw new ClipException(ClipFault.MissingFile, $"'{path}': no image of '{target}' from number {images.FirstNumber} on exists ({place}, camera {index})");
            if (times is not null && times.Length < count) throw Mismatch(times.Length, count, "images");
            return new(index, new ImageSource(images), times ?? Enumerable.Range(0, count).Select(i => start + (long)Math.Round(i * 1e6 / fps)).ToArray());
        }

        ClipCamera Video()
        {
            if (!File.Exists(target)) throw new ClipException(ClipFault.MissingFile, $"'{path}': '{target}' does not exist ({place}, camera {index})");
            var info = VideoInfo.Probe(target);
            // Fewer frames than times is a file that breaks off: its frames are read and the missing ones refused by name.
            if (times is not null && times.Length < info.FrameCount) throw Mismatch(times.Length, info.FrameCount, "frames");
            return new(index, new VideoSource(info), times ?? info.TimestampsMicroseconds.Select(t => start + t).ToArray());
        }

        ClipException Mismatch(int timestamps, int frames, string what) => new(ClipFault.FrameCountMismatch,
            $"'{path}': {place} has {timestamps} timestamps_us and '{file}' has {frames} {what}; every frame needs a time");
    }

    private static string Inside(string path, string folder, string field, string file)
    {
        var target = Path.GetFullPath(Path.Combine(folder, file));
        if (Path.IsPathRooted(file) || !target.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ClipException(ClipFault.InvalidValue, $"'{path}': {field} must be a path inside the clip's folder, it is '{file}'");
        return target;
    }
}
