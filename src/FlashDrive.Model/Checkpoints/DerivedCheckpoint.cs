using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FlashDrive.Model.Checkpoints;

/// <summary>
/// A checkpoint that was trained on top of another and holds only what changed: <c>derived.json</c> names the parent, a folder
/// beside it, and the SHA-256 of the parent's weights. Another parent is refused: the trained part would read features that it has never seen.
/// </summary>
/// <param name="Folder">Where derived.json lies.</param>
/// <param name="Kind">What was derived, such as <c>streaming</c> or <c>drafter</c>.</param>
/// <param name="Parent">Name of the parent's folder.</param>
/// <param name="ParentSha256">Lower-case hexadecimal.</param>
public sealed record DerivedCheckpoint(string Folder, string Kind, string Parent, string ParentSha256)
{
    public const string FileName = "derived.json", Weights = "model.safetensors";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1 };

    /// <summary>File with the tensors that changed.</summary>
    public string WeightsFile => Path.Combine(Folder, Weights);

    public string ParentFolder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(Folder)))!, Parent);

    /// <summary>Null for a folder without derived.json.</summary>
    /// <exception cref="CheckpointException">The file is unreadable or lacks a value.</exception>
    public static DerivedCheckpoint? Find(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            string Text(string key) => document.RootElement.TryGetProperty(key, out var value) && value.GetString() is { Length: > 0 } text
                ? text
                : throw new CheckpointException($"{file}: has no text '{key}'");
            var parent = Text("parent");
            // The parent lies beside it; anything else would read outside the folder of checkpoints.
            if (parent != Path.GetFileName(parent) || parent is "." or "..") throw new CheckpointException($"{file}: parent = \"{parent}\" is not the name of a folder beside it");
            return new(folder, Text("kind"), parent, Text("parent_sha256"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>The folder whose configuration and tokenizer a checkpoint has: the parent's, or its own.</summary>
    public static string RootOf(string folder) => Find(folder)?.ParentFolder ?? folder;

    /// <summary>Writes derived.json into a folder beside the parent's.</summary>
    public static void Write(string folder, string kind, string parentFolder)
    {
        var parent = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(parentFolder)));
        var text = JsonSerializer.Serialize(new Dictionary<string, string> { ["kind"] = kind, ["parent"] = parent, ["parent_sha256"] = Sha256(parentFolder) }, Indented);
        File.WriteAllText(Path.Combine(folder, FileName), text + "\n");
    }

    /// <summary>The parent's folder, whose weights are those it was derived from.</summary>
    /// <exception cref="CheckpointException">There is no such folder, or its weights are others.</exception>
    public string RequireParent(string kind)
    {
        if (Kind != kind) throw new CheckpointException($"{Folder}: is a derived checkpoint of kind '{Kind}', expected '{kind}'");
        if (!Directory.Exists(ParentFolder)) throw new CheckpointException($"{Folder}: its parent {ParentFolder} is not there; put the checkpoint it was derived from beside it");
        var found = Sha256(ParentFolder);
        return found == ParentSha256
            ? ParentFolder
            : throw new CheckpointException($"{Folder}: was derived from weights with SHA-256 {ParentSha256}, those of {ParentFolder} have {found}; derive it anew or bring its own parent");
    }

    /// <summary>SHA-256 of a folder's weights: of the one file, or, of shards, of the lines "name digest" in order of names.</summary>
    public static string Sha256(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).ToList();
        return files switch
        {
            [] => throw new CheckpointException($"{folder}: holds no *.safetensors"),
            [var only] => Digest(only),
            _ => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(f => $"{Path.GetFileName(f)} {Digest(f)}\n"))))),
        };
    }

    private static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
