using System.Globalization;
using System.Text;

namespace FlashDrive.Driving.Motion;

internal static class PoseCsv
{
    public const string Header = "timestamp_us,x,y,z,qw,qx,qy,qz";

    /// <exception cref="ClipException">missing_file, unreadable_file or invalid_pose_file with the line's number.</exception>
    public static List<TimedPose> Read(string path)
    {
        var lines = Encoding.UTF8.GetString(InputFile.ReadBytes(path, InputFile.LargestText)).TrimStart('\uFEFF').Split('\n');
        if (lines[0].Trim().Replace(" ", "") != Header)
            throw Bad(path, 1, $"the header must read '{Header}', it reads '{Short(lines[0].Trim())}'");

        var poses = new List<TimedPose>(lines.Length);
        Span<double> numbers = stackalloc double[7];
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0) continue;
            var fields = line.Split(',');
            if (fields.Length != 8) throw Bad(path, i + 1, $"8 fields are needed, it has {fields.Length}");
            if (!long.TryParse(fields[0], NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var time))
                throw Bad(path, i + 1, $"timestamp '{Short(fields[0])}' is not a whole number of microseconds");
            for (var k = 0; k < numbers.Length; k++)
            {
                if (!double.TryParse(fields[k + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[k]))
                    throw Bad(path, i + 1, $"'{Short(fields[k + 1])}' is not a number");
            }
            poses.Add(new(time, new(new(numbers[0], numbers[1], numbers[2]), new(numbers[3], numbers[4], numbers[5], numbers[6]))));
        }
        return poses;
    }

    private static ClipException Bad(string path, int line, string why) => new(ClipFault.InvalidPoseFile, $"'{path}' line {line}: {why}");

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
