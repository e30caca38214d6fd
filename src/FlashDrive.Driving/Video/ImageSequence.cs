using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashDrive.Driving.Video;

/// <summary>Numbered images, e.g. <c>front/%05d.png</c>: image i has the number <see cref="FirstNumber"/> + i.</summary>
public sealed partial class ImageSequence
{
    private readonly string _before, _after;
    private readonly int _digits;

    /// <param name="pattern">A path with one %d or %0Nd in its file name.</param>
    /// <exception cref="ClipException">invalid_value: the pattern has no number or more than one.</exception>
    public ImageSequence(string pattern, int firstNumber)
    {
        var name = Path.GetFileName(pattern);
        var match = NumberPlace().Match(name);
        if (!match.Success)
            throw new ClipException(ClipFault.InvalidValue, $"'{pattern}' is not a pattern of numbered images; write the number's place as %05d, once, in the file name");
        Pattern = pattern;
        FirstNumber = firstNumber;
        (_before, _after) = (pattern[..^name.Length] + match.Groups[1].Value, match.Groups[3].Value);
        _digits = match.Groups[2].Length == 0 ? 1 : int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
    }

    public string Pattern { get; }

    public int FirstNumber { get; }

    /// <summary>True when the file name has the place of a number.</summary>
    public static bool IsPattern(string path) => NumberPlace().IsMatch(Path.GetFileName(path));

    public string PathOf(int index) => _before + (FirstNumber + index).ToString("D" + _digits, CultureInfo.InvariantCulture) + _after;

    /// <summary>Number of images up to the highest number in the folder, from <see cref="FirstNumber"/> on; gaps count.</summary>
    public int CountOnDisk()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(Pattern))!;
        if (!Directory.Exists(folder)) return 0;
        string before = Path.GetFileName(_before), after = _after;
        var highest = -1;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(file);
            if (name.Length <= before.Length + after.Length || !name.StartsWith(before, StringComparison.Ordinal) || !name.EndsWith(after, StringComparison.Ordinal)) continue;
            if (int.TryParse(name.AsSpan(before.Length, name.Length - before.Length - after.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                highest = Math.Max(highest, number - FirstNumber);
        }
        return highest + 1;
    }

    /// <summary>The pattern as ffmpeg's image demuxer reads it: a percent sign elsewhere in the path is doubled.</summary>
    internal string FfmpegUrl => Ffmpeg.Url(_before).Replace("%", "%%") + $"%0{_digits}d" + _after.Replace("%", "%%");

    [GeneratedRegex(@"^([^%]*)%(?:0([1-9]))?d([^%]*)$")]
    private static partial Regex NumberPlace();
}
