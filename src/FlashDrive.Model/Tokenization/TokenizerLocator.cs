using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tokenization;

/// <summary>Finds the folder that has a checkpoint's tokenizer files; published checkpoints ship none of their own.</summary>
public static class TokenizerLocator
{
    public const string EnvironmentVariable = "FLASHDRIVE_TOKENIZER";

    /// <summary>
    /// The given folder, else the folder that vlm_name_or_path names relative to the checkpoint, else the one the environment names.
    /// A folder that was asked for explicitly and has no tokenizer is an error, never skipped.
    /// </summary>
    /// <exception cref="InvalidTokenizerException">None has the files; the message names them.</exception>
    public static string Find(string checkpointFolder, string backboneName, string? givenFolder, string? environmentFolder)
    {
        if (!string.IsNullOrEmpty(givenFolder)) return Has(givenFolder, $"--tokenizer {givenFolder}");
        var beside = Path.Combine(checkpointFolder, backboneName);
        if (TokenizerFiles.Exist(beside)) return beside;
        if (!string.IsNullOrEmpty(environmentFolder)) return Has(environmentFolder, $"{EnvironmentVariable}={environmentFolder}");
        throw new InvalidTokenizerException(
            $"no tokenizer for {backboneName}: give a folder with tokenizer.json (or vocab.json and merges.txt) by --tokenizer DIR or {EnvironmentVariable}");
    }

    /// <summary>As <see cref="Find(string, string, string?, string?)"/>, with the environment of this process.</summary>
    public static string Find(string checkpointFolder, ModelConfiguration configuration, string? givenFolder) =>
        Find(checkpointFolder, configuration.BackboneName, givenFolder, Environment.GetEnvironmentVariable(EnvironmentVariable));

    private static string Has(string folder, string origin) =>
        TokenizerFiles.Exist(folder)
            ? folder
            : throw new InvalidTokenizerException($"{origin}: the folder has no tokenizer.json, nor vocab.json with merges.txt");
}
