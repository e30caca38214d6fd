using System.CommandLine;

namespace FlashDrive.Service.Cli;

/// <summary>Options that several verbs share.</summary>
internal static class ModelOptions
{
    public static Option<string?> Model() =>
        new("--model") { HelpName = "DIR", Description = "Checkpoint folder (config.json and *.safetensors). Default: models/nano of the checkout." };

    public static Option<string?> Tokenizer() =>
        new("--tokenizer") { HelpName = "DIR", Description = "Folder with tokenizer.json, or vocab.json and merges.txt. Default: the one the checkpoint names, else FLASHDRIVE_TOKENIZER." };

    public static Option<int> Threads() => ValueOptions.Integer("--threads", Environment.ProcessorCount, 1, 1024, "LibTorch threads.");

    /// <summary>The named checkpoint folder or the default one.</summary>
    /// <exception cref="FlashDriveException">It holds no config.json.</exception>
    public static string RequireCheckpoint(string? named)
    {
        var folder = named ?? Places.DefaultModel;
        return File.Exists(Path.Combine(folder, "config.json"))
            ? folder
            : throw new FlashDriveException(ExitCode.MissingInput, $"no checkpoint in '{folder}' (no config.json): name one with --model DIR, or train one: ./flashdrive train target");
    }
}
