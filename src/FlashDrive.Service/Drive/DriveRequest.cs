using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Service.Drive;

/// <summary>The command line of <c>drive</c>, checked value by value; files are looked at when the drive begins.</summary>
public sealed record DriveRequest
{
    public const int MostStreams = 8;

    /// <summary>Null drives the generated demonstration clip.</summary>
    public string? Clip { get; init; }

    public required string Model { get; init; }

    public string? Tokenizer { get; init; }

    /// <summary>Folder of a drafter or <c>none</c>; null takes the one that lies beside the model.</summary>
    public string? Drafter { get; init; }

    public DriveRate Rate { get; init; } = DriveRate.Max;

    public ulong Seed { get; init; }

    public int Samples { get; init; } = 1;

    public double Temperature { get; init; } = 0.6;

    public double TopP { get; init; } = 0.98;

    /// <summary>Longest thought in tokens.</summary>
    public int Budget { get; init; } = 128;

    public string? Navigation { get; init; }

    /// <summary><c>constant:SPEED</c> or a pose file that takes the place of the clip's poses.</summary>
    public string? Ego { get; init; }

    public string? Out { get; init; }

    /// <summary>LibTorch threads; null takes all processors for a sequential drive and the pipeline's number otherwise.</summary>
    public int? Threads { get; init; }

    public bool BFloat16 { get; init; }

    /// <summary>One frame at a time in one thread instead of the actors.</summary>
    public bool Sequential { get; init; }

    /// <summary>Copies of the clip driven beside each other, with seeds that count up from <see cref="Seed"/>.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>File with sessions, threads and real-time limits; null takes the device's own.</summary>
    public string? Pipeline { get; init; }

    /// <summary>What makes the engine fast.</summary>
    public Techniques Techniques { get; init; } = Techniques.All;

    /// <summary>Of so many streamed windows one is prefilled whole; null never.</summary>
    public int? RefreshEvery { get; init; } = new StreamingOptions().RefreshEvery;

    /// <summary>Steps of the adaptive flow in place of the pipeline's.</summary>
    public FlowOptions? AdaptiveFlow { get; init; }

    /// <summary>Folder of an earlier drive whose admission log is repeated.</summary>
    public string? Replay { get; init; }

    /// <summary>The model was named and is not the default one.</summary>
    public bool ModelIsNamed { get; init; }
}
