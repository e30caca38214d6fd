using System.Text.Json;

namespace FlashDrive.Inference.Conformance;

/// <summary>The folder of one fixture. Remembers what was read, so that nothing in it can be overlooked.</summary>
public sealed class FixtureFolder : IDisposable
{
    private readonly Dictionary<string, FixtureFile> _files = [];
    private readonly HashSet<string> _read = [];

    internal FixtureFolder(FixtureSet set, string path) => (Set, FullPath) = (set, path);

    /// <summary>The fixtures that lie beside this one, and what they share.</summary>
    public FixtureSet Set { get; }

    public string FullPath { get; }

    /// <summary>Path of a file in the folder, which counts as read.</summary>
    public string PathOf(string file)
    {
        _read.Add(file);
        var path = Path.Combine(FullPath, file);
        return Path.Exists(path) ? path : throw new FixtureException($"{FullPath}: {file} is missing");
    }

    public bool Has(string file) => Path.Exists(Path.Combine(FullPath, file));

    /// <summary>A .safetensors file, given with or without the extension; opened once.</summary>
    public FixtureFile Open(string file)
    {
        var name = file.EndsWith(".safetensors", StringComparison.Ordinal) ? file : file + ".safetensors";
        return _files.TryGetValue(name, out var open) ? open : _files[name] = new(PathOf(name));
    }

    public JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    /// <summary>Outputs nobody compared and JSON files nobody read.</summary>
    internal IEnumerable<string> Overlooked()
    {
        foreach (var path in Directory.EnumerateFiles(FullPath).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(".safetensors", StringComparison.Ordinal))
                foreach (var tensor in Open(name).Unaccounted()) yield return $"{Path.GetFileNameWithoutExtension(name)}/{tensor}: not compared";
            else if (name.EndsWith(".json", StringComparison.Ordinal) && !_read.Contains(name)) yield return $"{name}: not read";
        }
    }
}
