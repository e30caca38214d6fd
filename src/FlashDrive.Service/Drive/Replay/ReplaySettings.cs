using System.Globalization;
using FlashDrive.Actors;
using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Flow;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Drive.Replay;

/// <summary>What an admission log's header keeps of a drive: all that its tokens and trajectories follow from, beside the frames.</summary>
internal static class ReplaySettings
{
    public static AdmissionHeader Header(DriveRequest request, string clip, PipelineOptions options, IReadOnlyList<DriveStream> streams)
    {
        var settings = new Dictionary<string, string>
        {
            ["clip"] = Path.GetFullPath(clip),
            ["model"] = Path.GetFullPath(request.Model),
            ["rate"] = request.Rate.ToString(),
            ["samples"] = Text(request.Samples),
            ["temperature"] = Text(request.Temperature),
            ["top_p"] = Text(request.TopP),
            ["budget"] = Text(request.Budget),
            ["torch_threads"] = Text(options.TorchThreads),
            ["techniques"] = TechniqueNames.Of(request.Techniques),
            ["refresh"] = request.RefreshEvery is { } windows ? Text(windows) : "never",
            ["dtype"] = request.BFloat16 ? "bfloat16" : "float32",
        };
        if (options.Engine.Flow.Steps is { } steps) settings["flow"] = FormattableString.Invariant($"{steps}/{string.Join(',', options.Engine.Flow.Reuse)}");
        if (request.Tokenizer is { } tokenizer) settings["tokenizer"] = Path.GetFullPath(tokenizer);
        if (request.Navigation is { } navigation) settings["nav"] = navigation;
        // A speed is no path.
        if (request.Ego is { } ego) settings["ego"] = File.Exists(ego) ? Path.GetFullPath(ego) : ego;
        return new(AdmissionHeader.CurrentVersion, [.. streams.Select(stream => new AdmittedStream(stream.Name, stream.Seed))], settings);
    }

    /// <summary>The recorded drive's request; clip, model and tokenizer may be named anew, for they may have moved.</summary>
    /// <exception cref="InvalidDataException">The header lacks a setting or has one that cannot be.</exception>
    public static DriveRequest Apply(DriveRequest request, AdmissionLog log, string path, bool modelIsNamed)
    {
        var settings = log.Header.Settings;
        var streams = log.Header.Streams.Count;
        if (streams is < 1 or > DriveRequest.MostStreams)
            throw new InvalidDataException($"'{path}': the header names {streams} streams, it must be from 1 to {DriveRequest.MostStreams}");
        return request with
        {
            Clip = request.Clip ?? Required("clip"),
            Model = modelIsNamed ? request.Model : Required("model"),
            Tokenizer = request.Tokenizer ?? settings.GetValueOrDefault("tokenizer"),
            Rate = DriveRate.Max,
            Streams = streams,
            Seed = log.Header.Streams[0].Seed,
            Samples = Number<int>("samples", value => value is >= 1 and <= 64),
            Temperature = Number<double>("temperature", value => value is >= 0 and <= 10),
            TopP = Number<double>("top_p", value => value is > 0 and <= 1),
            Budget = Number<int>("budget", value => value is >= 1 and <= 4096),
            Threads = Number<int>("torch_threads", value => value is >= 1 and <= 256),
            Techniques = TechniqueNames.Parse(Required("techniques")) ?? throw new InvalidDataException($"'{path}': the header's setting techniques = {Required("techniques")} cannot be"),
            RefreshEvery = Required("refresh") == "never" ? null : Number<int>("refresh", value => value is >= 1 and <= 1_000_000),
            AdaptiveFlow = Flow(),
            BFloat16 = Required("dtype") == "bfloat16",
            Navigation = settings.GetValueOrDefault("nav"),
            Ego = settings.GetValueOrDefault("ego"),
        };

        string Required(string name) => settings.GetValueOrDefault(name) ?? throw new InvalidDataException($"'{path}': the header has no setting '{name}'");

        FlowOptions? Flow()
        {
            if (settings.GetValueOrDefault("flow") is not { } text) return null;
            var parts = text.Split('/');
            int[] reuse = [.. parts[^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : 0)];
            return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && reuse.All(step => step >= 1 && step < steps)
                ? new(Steps: steps) { Reuse = reuse }
                : throw new InvalidDataException($"'{path}': the header's setting flow = {text} cannot be");
        }

        T Number<T>(string name, Func<T, bool> holds) where T : struct, IParsable<T> =>
            T.TryParse(Required(name), CultureInfo.InvariantCulture, out var value) && holds(value)
                ? value
                : throw new InvalidDataException($"'{path}': the header's setting {name} = {Required(name)} cannot be");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
