using System.Text.Json;
using FlashDrive.Model.Configuration;
using FlashDrive.Torch;

namespace FlashDrive.Model.Checkpoints;

/// <summary>
/// Reads the published layout: one <c>model.safetensors</c>, or shards with <c>model.safetensors.index.json</c>. A missing, extra or
/// wrongly shaped tensor is refused by name; the buffers that older checkpoints store (alpamayo.md §15.5) are returned apart.
/// </summary>
public static class CheckpointReader
{
    private const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    /// <param name="vocabulary">Length of the extended vocabulary.</param>
    /// <param name="dtype">Compute dtype; float32 converts bfloat16 weights once.</param>
    /// <param name="overlay">A file whose tensors take the place of the folder's.</param>
    /// <exception cref="CheckpointException">A file is missing or unreadable, or its tensors are not those of the configuration.</exception>
    public static Checkpoint Read(string folder, ModelConfiguration model, int vocabulary, ScalarType dtype = ScalarType.Float32, string? overlay = null)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            var places = Open(folder, files);
            if (overlay is not null) Overlay(places, overlay, files);
            var expected = ParameterShapes.Of(model, vocabulary).ToDictionary(p => p.Name);
            // A tied model may still carry its head: it equals the embedding and is not needed.
            if (model.Text.TieWordEmbeddings) places.Remove(ParameterShapes.Head);
            Require(folder, places, expected);
            using var scope = torch.NewDisposeScope();
            var parameters = new ParameterSet(expected.Keys.Select(name => KeyValuePair.Create(name, places[name].Tensor(name).to(dtype))));
            return new Checkpoint(parameters, CheckpointBuffers.Read(places));
        }
        catch (Exception e) when (e is SafetensorsException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CheckpointException($"{folder}: {e.Message}", e);
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    private static Dictionary<string, SafetensorsFile> Open(string folder, List<SafetensorsFile> files)
    {
        var places = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var name in FileNames(folder))
        {
            var file = SafetensorsFile.Open(Path.Combine(folder, name));
            files.Add(file);
            foreach (var tensor in file.Names)
                if (!places.TryAdd(tensor, file))
                    throw new CheckpointException($"{folder}: tensor '{tensor}' stands in {Path.GetFileName(places[tensor].Path)} and in {name}");
        }
        return places;
    }

    private static void Overlay(Dictionary<string, SafetensorsFile> places, string overlay, List<SafetensorsFile> files)
    {
        var file = SafetensorsFile.Open(overlay);
        files.Add(file);
        foreach (var name in file.Names)
        {
            if (!places.ContainsKey(name)) throw new CheckpointException($"{overlay}: '{name}' is no tensor of the checkpoint it was derived from");
            places[name] = file;
        }
    }

    private static IEnumerable<string> FileNames(string folder)
    {
        var index = Path.Combine(folder, Index);
        if (File.Exists(index))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            if (!document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw new CheckpointException($"{index}: has no weight_map");
            var names = map.EnumerateObject().Select(p => p.Value.GetString() ?? "").Distinct().Order(StringComparer.Ordinal).ToList();
            // A shard is a file beside its index; anything else would read outside the checkpoint.
            foreach (var name in names)
                if (name.Length == 0 || name != Path.GetFileName(name)) throw new CheckpointException($"{index}: '{name}' is not a file beside the index");
            foreach (var name in names)
                if (!File.Exists(Path.Combine(folder, name))) throw new CheckpointException($"{folder}: the index names the shard {name}, which is missing");
            return names;
        }
        if (File.Exists(Path.Combine(folder, Single))) return [Single];
        throw new CheckpointException($"{folder}: neither {Single} nor {Index} is there; is this a checkpoint folder?");
    }

    private static void Require(string folder, Dictionary<string, SafetensorsFile> places, Dictionary<string, ParameterShape> expected)
    {
        var faults = new List<string>();
        foreach (var (name, parameter) in expected)
        {
            if (!places.TryGetValue(name, out var file)) faults.Add($"'{name}' is missing");
            else if (!file.Shape(name).SequenceEqual(parameter.Shape))
                faults.Add($"'{name}' is [{string.Join(", ", file.Shape(name))}], the configuration asks for [{string.Join(", ", parameter.Shape)}]");
            else if (!file.DType(name).IsFloatingPoint()) faults.Add($"'{name}' has dtype {file.DType(name)}, weights are floating point");
        }
        foreach (var name in places.Keys)
            if (!expected.ContainsKey(name) && !CheckpointBuffers.IsKnown(name)) faults.Add($"'{name}' belongs to no part of the model");
        if (faults.Count == 0) return;
        const int shown = 5;
        var more = faults.Count > shown ? $" … and {faults.Count - shown} more" : "";
        throw new CheckpointException($"{folder}: {string.Join("; ", faults.Take(shown))}{more}");
    }
}
