using System.CommandLine;
using System.Globalization;
using FlashDrive.Inference;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Checkpoints;

namespace FlashDrive.Service.Cli;

/// <summary>Options that several verbs share.</summary>
internal static class ModelOptions
{
    /// <param name="standard">The shipped checkpoint that stands in when none is named.</param>
    public static Option<string?> Model(string standard = "nano") =>
        new("--model") { HelpName = "DIR", Description = $"Checkpoint folder (config.json or derived.json, and *.safetensors). Default: models/{standard} of the checkout." };

    public static Option<string?> Tokenizer() =>
        new("--tokenizer") { HelpName = "DIR", Description = "Folder with tokenizer.json, or vocab.json and merges.txt. Default: the one the checkpoint names, else FLASHDRIVE_TOKENIZER." };

    public static Option<int> Threads() => ValueOptions.Integer("--threads", Environment.ProcessorCount, 1, 1024, "LibTorch threads.");

    /// <summary>Techniques by name, in the order of the ablation table.</summary>
    public static Option<Techniques> Techniques() => ValueOptions.Checked(
        "--techniques", "all|none|LIST", Inference.Techniques.All, $"What makes the engine fast: a list of {string.Join(", ", TechniqueNames.All)}.",
        $"all, none, or names from {string.Join(", ", TechniqueNames.All)} with commas between", text => TechniqueNames.Parse(text) is { } parsed ? (true, parsed) : default);

    /// <summary>Windows from one whole prefill to the next; 0 for never.</summary>
    public static Option<int> Refresh() => ValueOptions.Checked(
        "--refresh", "N|never", new StreamingOptions().RefreshEvery ?? 0, "Streaming: of N windows one is prefilled whole, from cached features.", "never or a whole number from 1 to 1000000",
        text => text == "never" ? (true, 0)
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var windows) && windows is >= 1 and <= 1_000_000 ? (true, windows) : default);

    /// <summary>The named checkpoint folder or the default one.</summary>
    /// <exception cref="FlashDriveException">It holds no config.json.</exception>
    public static string RequireCheckpoint(string? named)
    {
        var folder = named ?? Places.DefaultModel;
        return File.Exists(Path.Combine(folder, "config.json")) || File.Exists(Path.Combine(folder, DerivedCheckpoint.FileName))
            ? folder
            : throw new FlashDriveException(ExitCode.MissingInput, $"no checkpoint in '{folder}' (no config.json): name one with --model DIR, or train one: ./flashdrive train target");
    }
}
