using System.Globalization;
using System.Text;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// Unicode normalisation form C (UAX #15): canonical decomposition, canonical ordering, composition. Done here because the runtime's
/// own normalisation does nothing in globalization-invariant mode and refuses code points such as U+FFFE.
/// </summary>
internal static class CanonicalComposition
{
    // Below the first combining mark every character is its own NFC and composes with nothing before it.
    private const char FirstCombiningMark = '\u0300';

    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, HangulCount = Leads * Vowels * Trails;

    private static readonly Lazy<Tables> Data = new(Load);

    /// <summary>NFC of a text; lone surrogates count as ordinary starters.</summary>
    public static string Normalize(string text)
    {
        var plain = true;
        foreach (var c in text)
            if (c >= FirstCombiningMark) { plain = false; break; }
        if (plain) return text;

        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var point = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? char.ConvertToUtf32(text[i], text[++i]) : text[i];
            Decompose(point, points);
        }
        Reorder(points);
        return ToString(Compose(points));
    }

    private static void Decompose(int point, List<int> output)
    {
        if (point is >= HangulBase and < HangulBase + HangulCount)
        {
            var index = point - HangulBase;
            output.Add(LeadBase + index / (Vowels * Trails));
            output.Add(VowelBase + index % (Vowels * Trails) / Trails);
            if (index % Trails != 0) output.Add(TrailBase + index % Trails);
        }
        else if (Data.Value.Decompositions.TryGetValue(point, out var parts))
        {
            foreach (var part in parts) Decompose(part, output);
        }
        else
        {
            output.Add(point);
        }
    }

    /// <summary>Sorts every run of combining marks by class, keeping the order of equals.</summary>
    private static void Reorder(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var mark = Class(points[i]);
            if (mark == 0) continue;
            var (point, j) = (points[i], i);
            for (; j > 0 && Class(points[j - 1]) > mark; j--) points[j] = points[j - 1];
            points[j] = point;
        }
    }

    private static List<int> Compose(List<int> points)
    {
        var output = new List<int>(points.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var point in points)
        {
            var mark = Class(point);
            // A mark reaches the starter unless another mark of at least its class stands between them.
            var adjacent = starter >= 0 && output.Count - 1 == starter;
            if (starter >= 0 && (adjacent || lastClass < mark) && ComposePair(output[starter], point) is { } composed)
            {
                output[starter] = composed;
                continue;
            }
            if (mark == 0) starter = output.Count;
            lastClass = mark;
            output.Add(point);
        }
        return output;
    }

    private static int? ComposePair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
            return HangulBase + ((first - LeadBase) * Vowels + (second - VowelBase)) * Trails;
        if (first is >= HangulBase and < HangulBase + HangulCount && (first - HangulBase) % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
            return first + (second - TrailBase);
        return Data.Value.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static byte Class(int point) => point < FirstCombiningMark ? (byte)0 : Data.Value.Classes.GetValueOrDefault(point);

    private static string ToString(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            if (point < 0x10000) text.Append((char)point);
            else text.Append(char.ConvertFromUtf32(point));
        }
        return text.ToString();
    }

    private static Tables Load()
    {
        var (decompositions, compositions) = (new Dictionary<int, int[]>(), new Dictionary<(int, int), int>());
        foreach (var line in Lines("canonical-decompositions.txt"))
        {
            var never = line[0] == '!';
            var numbers = line[(never ? 1 : 0)..].Split(' ').Select(Hex).ToArray();
            decompositions[numbers[0]] = numbers[1..];
            if (!never) compositions[(numbers[1], numbers[2])] = numbers[0];
        }
        var classes = new Dictionary<int, byte>();
        foreach (var line in Lines("combining-classes.txt"))
        {
            var fields = line.Split(' ');
            for (var point = Hex(fields[0]); point <= Hex(fields[1]); point++) classes[point] = byte.Parse(fields[2], CultureInfo.InvariantCulture);
        }
        return new(decompositions, compositions, classes);
    }

    private static IEnumerable<string> Lines(string resource)
    {
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#') yield return line;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(Dictionary<int, int[]> Decompositions, Dictionary<(int, int), int> Compositions, Dictionary<int, byte> Classes);
}
