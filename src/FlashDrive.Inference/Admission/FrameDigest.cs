using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlashDrive.Driving;

namespace FlashDrive.Inference.Admission;

/// <summary>Short names of what went in and what came out: the first 64 bits of a SHA-256, in hexadecimal.</summary>
public static class FrameDigest
{
    /// <summary>Every camera's index, size, capture time and pixels.</summary>
    public static string OfImages(FrameBundle tick)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var frame in tick.Frames)
        {
            ReadOnlySpan<long> head = [frame.CameraIndex, frame.CaptureMicroseconds, frame.Width, frame.Height];
            hash.AppendData(MemoryMarshal.AsBytes(head));
            hash.AppendData(frame.Rgb);
        }
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return Name(digest);
    }

    /// <summary>Poses and route.</summary>
    public static string OfMotion(FrameBundle tick)
    {
        var route = System.Text.Encoding.UTF8.GetBytes(tick.Navigation ?? "");
        return Of([.. MemoryMarshal.AsBytes(tick.History.AsSpan()), .. route]);
    }

    public static string OfTokens(Plan plan) => Of(MemoryMarshal.AsBytes<int>([.. plan.Thoughts.SelectMany(thought => thought.Tokens)]));

    /// <summary>The bits of every action; trajectories follow from them.</summary>
    public static string OfActions(Plan plan) => Of(MemoryMarshal.AsBytes<float>(plan.Actions));

    private static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(bytes, digest);
        return Name(digest);
    }

    private static string Name(ReadOnlySpan<byte> digest) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest).ToString("x16", CultureInfo.InvariantCulture);
}
