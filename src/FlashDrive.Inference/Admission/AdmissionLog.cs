using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDrive.Inference.Admission;

/// <summary>A stream of a recorded run.</summary>
public sealed record AdmittedStream(string Name, ulong Seed);

/// <summary>The first line of an admission log.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Settings">What the run was asked for, by name: everything but the frames that a replay needs.</param>
public sealed record AdmissionHeader(int Version, IReadOnlyList<AdmittedStream> Streams, IReadOnlyDictionary<string, string> Settings)
{
    public const int CurrentVersion = 2;
}

/// <summary>
/// All that decided a run besides its frames: which were admitted, in which epochs, how many each prefill moved into the window, and
/// what failed. Replaying it over the same frames gives the same tokens and trajectories bit for bit, whichever way the stages are
/// run. A header line and a line per frame, JSON.
/// </summary>
public sealed class AdmissionLog
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private readonly IReadOnlyDictionary<string, List<AdmissionEntry>> _entries;

    public AdmissionLog(AdmissionHeader header, IEnumerable<AdmissionEntry> entries)
    {
        Header = header;
        _entries = entries.GroupBy(e => e.Stream).ToDictionary(g => g.Key, g => g.OrderBy(e => e.Frame).ToList());
    }

    public AdmissionHeader Header { get; }

    /// <summary>Every frame that was offered to a stream, in order.</summary>
    public IReadOnlyList<AdmissionEntry> Of(string stream) => _entries.GetValueOrDefault(stream) ?? [];

    /// <summary>The admitted frames of a stream in order, each with the fate that repeats it.</summary>
    public IEnumerable<(AdmissionEntry Entry, FrameFate Fate)> Admitted(string stream)
    {
        int? epoch = null;
        foreach (var entry in Of(stream).Where(e => e.WasAdmitted))
        {
            yield return (entry, entry.Fate(epoch));
            epoch = entry.Epoch;
        }
    }

    /// <exception cref="InvalidDataException">A line is not what it should be; the message names it.</exception>
    public static AdmissionLog Read(string path)
    {
        var lines = File.ReadLines(path).Where(line => line.Length > 0).GetEnumerator();
        if (!lines.MoveNext()) throw new InvalidDataException($"'{path}' is empty: an admission log begins with a header line");
        var header = Parse<AdmissionHeader>(path, 1, lines.Current);
        if (header.Version != AdmissionHeader.CurrentVersion)
            throw new InvalidDataException($"'{path}' has version {header.Version}, this program reads version {AdmissionHeader.CurrentVersion}");
        var entries = new List<AdmissionEntry>();
        for (var number = 2; lines.MoveNext(); number++) entries.Add(Parse<AdmissionEntry>(path, number, lines.Current));
        return new(header, entries);
    }

    internal static string Line<T>(T value) => JsonSerializer.Serialize(value, Json);

    private static T Parse<T>(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}', line {number}: {e.Message}", e);
        }
    }
}
