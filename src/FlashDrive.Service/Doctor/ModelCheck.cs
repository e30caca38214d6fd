using System.Text.Json;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Doctor;

/// <summary>The checkpoints in reach and the tokenizer of the one that would be used.</summary>
internal static class ModelCheck
{
    public static IEnumerable<Finding> Run(string? modelFolder, string? tokenizerFolder)
    {
        var model = Path.GetFullPath(modelFolder ?? Places.DefaultModel);
        if (modelFolder is null) yield return Shipped(Path.GetDirectoryName(model)!);
        var checkpoint = Checkpoint(model);
        yield return checkpoint;
        if (checkpoint.State == FindingState.Ok) yield return Tokenizer(DerivedCheckpoint.RootOf(model), tokenizerFolder);
    }

    internal static Finding Shipped(string folder)
    {
        List<string> found = [];
        if (Directory.Exists(folder))
            found = [.. Directory.EnumerateDirectories(folder).Where(Holds).Select(model => Path.GetFileName(model)!).Order(StringComparer.Ordinal)];
        return found.Count > 0 ? new("models", $"{string.Join(", ", found)} in {folder}") : new("models", $"none in {folder}", FindingState.Note);
    }

    internal static Finding Checkpoint(string folder)
    {
        if (!Holds(folder))
            return new("model", $"{folder} holds no config.json", FindingState.Fault, "name a checkpoint folder with --model DIR, or train one: ./flashdrive train target");
        var weights = Directory.EnumerateFiles(folder, "*.safetensors").Select(file => new FileInfo(file)).ToList();
        return weights.Count == 0
            ? new("model", $"{folder} holds no *.safetensors", FindingState.Fault, "put the checkpoint's weights beside its config.json")
            : new("model", FormattableString.Invariant($"{folder}, {weights.Count} weight file(s), {weights.Sum(file => file.Length) / 1e6:F1} MB"));
    }

    private static bool Holds(string folder) => File.Exists(Path.Combine(folder, "config.json")) || File.Exists(Path.Combine(folder, DerivedCheckpoint.FileName));

    /// <summary>The folder that is used, in the order of the documentation: --tokenizer, the one the checkpoint names, FLASHDRIVE_TOKENIZER.</summary>
    internal static Finding Tokenizer(string model, string? named)
    {
        var environment = Environment.GetEnvironmentVariable("FLASHDRIVE_TOKENIZER");
        string?[] candidates = [named, BackboneFolder(model), environment is { Length: > 0 } ? environment : null];
        foreach (var folder in candidates.OfType<string>())
        {
            if (File.Exists(Path.Combine(folder, "tokenizer.json"))) return new("tokenizer", Path.Combine(folder, "tokenizer.json"));
            if (File.Exists(Path.Combine(folder, "vocab.json")) && File.Exists(Path.Combine(folder, "merges.txt")))
                return new("tokenizer", $"{Path.Combine(folder, "vocab.json")} and merges.txt");
        }
        return new("tokenizer", "no tokenizer.json, and no vocab.json with merges.txt", FindingState.Fault,
            "name the folder that holds them with --tokenizer DIR or FLASHDRIVE_TOKENIZER");
    }

    /// <summary>Null for a configuration that names none or that is not valid JSON, which the loader refuses by itself.</summary>
    private static string? BackboneFolder(string model)
    {
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(model, "config.json")));
            return config.RootElement.TryGetProperty("vlm_name_or_path", out var name) && name.GetString() is { Length: > 0 } relative
                ? Path.GetFullPath(relative, model)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
