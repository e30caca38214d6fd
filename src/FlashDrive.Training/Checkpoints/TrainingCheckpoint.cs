using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashDrive.Torch;
using FlashDrive.Training.Optimization;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Checkpoints;

/// <summary>A training checkpoint that cannot be used; the message names the file and the reason.</summary>
public sealed class TrainingCheckpointException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The whole state of a training in one safetensors file: parameters, both moments of the optimiser, the number of steps done. Samples
/// and noise are keyed by step, so that number is the position of every random number too.
/// </summary>
public static class TrainingCheckpoint
{
    public const string FileName = "training.safetensors";

    private const string Values = "values", First = "first_moment", Second = "second_moment";

    /// <param name="step">Steps done in all.</param>
    public static void Save(string folder, TargetNetwork network, AdamW optimizer, long step, ulong seed)
    {
        Directory.CreateDirectory(folder);
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Save(
            Path.Combine(folder, FileName),
            new Dictionary<string, Tensor>
            {
                [Values] = torch.tensor<float>(network.Parameters.Values, network.Parameters.Count),
                [First] = torch.tensor(optimizer.First), [Second] = torch.tensor(optimizer.Second),
            },
            new Dictionary<string, string>
            {
                ["step"] = step.ToString(CultureInfo.InvariantCulture), ["updates"] = optimizer.Updates.ToString(CultureInfo.InvariantCulture),
                ["seed"] = seed.ToString(CultureInfo.InvariantCulture), ["configuration"] = Fingerprint(network),
            });
    }

    /// <returns>Steps done in all.</returns>
    /// <exception cref="TrainingCheckpointException">There is none, or it belongs to another configuration or seed.</exception>
    public static long Load(string folder, TargetNetwork network, AdamW optimizer, ulong seed)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new TrainingCheckpointException($"{folder} holds no {FileName}; start without --resume");
        try
        {
            using var file = SafetensorsFile.Open(path);
            Require(path, file, "configuration", Fingerprint(network), "sizes, vocabulary or action constants differ");
            Require(path, file, "seed", seed.ToString(CultureInfo.InvariantCulture), "samples would not continue");
            file.Tensor(Values).data<float>().CopyTo(network.Parameters.Values);
            file.Tensor(First).data<float>().CopyTo(optimizer.First);
            file.Tensor(Second).data<float>().CopyTo(optimizer.Second);
            optimizer.Updates = long.Parse(file.Metadata["updates"], CultureInfo.InvariantCulture);
            return long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is SafetensorsException or IOException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new TrainingCheckpointException($"{path}: not a training checkpoint: {e.Message}", e);
        }
    }

    private static void Require(string path, SafetensorsFile file, string key, string expected, string meaning)
    {
        var found = file.Metadata.GetValueOrDefault(key, "nothing");
        if (found != expected)
            throw new TrainingCheckpointException($"{path}: its {key} is {found}, this training's is {expected} ({meaning}); train into another --out folder");
    }

    /// <summary>Digest of every parameter's name and shape and of the constants that give actions and ids their meaning.</summary>
    private static string Fingerprint(TargetNetwork network)
    {
        var text = new StringBuilder();
        foreach (var shape in network.Parameters.Shapes) text.Append(shape.Name).Append('[').AppendJoin(',', shape.Shape).Append(']');
        var c = network.Configuration;
        text.Append(c.ActionSpace).Append(c.ActionInput).Append(c.Text.RopeTheta.ToString("R", CultureInfo.InvariantCulture)).Append(c.TokenIds);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
