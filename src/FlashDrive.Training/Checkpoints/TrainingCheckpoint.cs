using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;
using FlashDrive.Training.Optimization;

namespace FlashDrive.Training.Checkpoints;

/// <summary>A training checkpoint that cannot be used; the message names the file and the reason.</summary>
public sealed class TrainingCheckpointException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a checkpoint and the training that goes on from it must have in common.</summary>
/// <param name="Seed">Samples and noise follow from it.</param>
/// <param name="Configuration">Digest of parameters and recipe; see <see cref="Digest"/>.</param>
/// <param name="Parent">SHA-256 of the model that is built upon, or "none".</param>
public sealed record TrainingIdentity(ulong Seed, string Configuration, string Parent = "none")
{
    /// <summary>Digest of every parameter's name and shape and of the constants that give their values a meaning.</summary>
    public static string Digest(IEnumerable<ParameterShape> shapes, params ReadOnlySpan<object> constants)
    {
        var text = new StringBuilder();
        foreach (var shape in shapes) text.Append(shape.Name).Append('[').AppendJoin(',', shape.Shape).Append(']');
        foreach (var constant in constants) text.Append(CultureInfo.InvariantCulture, $"{constant}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}

/// <summary>
/// The whole state of a training in one safetensors file: parameters, both moments of the optimiser, the number of steps done. Samples
/// and noise are keyed by step, so that number is the position of every random number too.
/// </summary>
public static class TrainingCheckpoint
{
    public const string FileName = "training.safetensors";

    private const string Values = "values", First = "first_moment", Second = "second_moment", Best = "best_values";

    /// <param name="step">Steps done in all.</param>
    /// <param name="best">What a validation chose so far, where there is one.</param>
    public static void Save(string folder, FlatParameters parameters, AdamW optimizer, long step, TrainingIdentity identity, BestParameters? best = null)
    {
        Directory.CreateDirectory(folder);
        using var scope = torch.NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            [Values] = torch.tensor<float>(parameters.Values, parameters.Count),
            [First] = torch.tensor(optimizer.First), [Second] = torch.tensor(optimizer.Second),
        };
        var metadata = new Dictionary<string, string>
        {
            ["step"] = Text(step), ["updates"] = Text(optimizer.Updates), ["seed"] = Text(identity.Seed), ["configuration"] = identity.Configuration,
            ["parent"] = identity.Parent,
        };
        if (best is not null)
        {
            tensors[Best] = torch.tensor(best.Values);
            (metadata["best_error"], metadata["best_step"]) = (best.Error.ToString("R", CultureInfo.InvariantCulture), Text(best.Step));
        }
        SafetensorsWriter.Save(Path.Combine(folder, FileName), tensors, metadata);
    }

    /// <returns>Steps done in all.</returns>
    /// <exception cref="TrainingCheckpointException">There is none, or it belongs to another configuration, parent or seed.</exception>
    public static long Load(string folder, FlatParameters parameters, AdamW optimizer, TrainingIdentity identity, BestParameters? best = null)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new TrainingCheckpointException($"{folder} holds no {FileName}; start without --resume");
        try
        {
            using var file = SafetensorsFile.Open(path);
            Require(path, file, "configuration", identity.Configuration, "sizes, vocabulary, action constants or recipe differ");
            Require(path, file, "seed", Text(identity.Seed), "samples would not continue");
            Require(path, file, "parent", identity.Parent, "it is built upon other weights", absent: "none");
            file.Tensor(Values).data<float>().CopyTo(parameters.Values);
            file.Tensor(First).data<float>().CopyTo(optimizer.First);
            file.Tensor(Second).data<float>().CopyTo(optimizer.Second);
            optimizer.Updates = long.Parse(file.Metadata["updates"], CultureInfo.InvariantCulture);
            if (best is not null)
            {
                file.Tensor(Best).data<float>().CopyTo(best.Values);
                best.Error = double.Parse(file.Metadata["best_error"], CultureInfo.InvariantCulture);
                best.Step = long.Parse(file.Metadata["best_step"], CultureInfo.InvariantCulture);
            }
            return long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is SafetensorsException or IOException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new TrainingCheckpointException($"{path}: not a training checkpoint: {e.Message}", e);
        }
    }

    private static void Require(string path, SafetensorsFile file, string key, string expected, string meaning, string absent = "nothing")
    {
        var found = file.Metadata.GetValueOrDefault(key, absent);
        if (found != expected)
            throw new TrainingCheckpointException($"{path}: its {key} is {found}, this training's is {expected} ({meaning}); train into another --out folder");
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
