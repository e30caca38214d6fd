namespace FlashDrive.Driving.Video;

/// <summary>
/// Frames of one camera in order of their index. Every index comes exactly once: decoded, or with a fault that names why it is
/// not. Memory is one frame, whatever the length.
/// </summary>
public abstract class FrameReader : IDisposable
{
    private bool _taken = true;

    /// <summary>Index of the current frame, 0 … count − 1.</summary>
    public int Index { get; private protected set; } = -1;

    /// <summary>Null when the current frame can be taken; else one of <see cref="FrameRefusal"/>.</summary>
    public string? FaultReason { get; private protected set; }

    /// <summary>One line about the fault, naming file and frame.</summary>
    public string? FaultMessage { get; private protected set; }

    public int Width { get; private protected set; }

    public int Height { get; private protected set; }

    /// <summary>Goes to the next frame; pixels of the current one that were not taken are dropped. False at the end.</summary>
    /// <exception cref="ClipException">ffmpeg_missing.</exception>
    public abstract bool MoveNext();

    /// <summary>Bytes of the current frame: height · width · 3.</summary>
    public int FrameBytes => checked(Width * Height * 3);

    /// <summary>
    /// [height, width, 3] RGB bytes of the current frame, which belong to the caller; once per frame, and only without a fault.
    /// Null when the file turns out to end inside the frame, which then has a fault.
    /// </summary>
    /// <exception cref="InvalidOperationException">The current frame has a fault, or its pixels were taken.</exception>
    public byte[]? TakePixels()
    {
        var rgb = new byte[FrameBytes];
        return TakePixels(rgb) ? rgb : null;
    }

    /// <summary>The same into <paramref name="rgb"/> of exactly <see cref="FrameBytes"/>; false in place of null.</summary>
    public bool TakePixels(Span<byte> rgb)
    {
        if (FaultReason is not null || _taken) throw new InvalidOperationException($"frame {Index} has no pixels to take: {FaultMessage ?? "they were taken"}");
        if (rgb.Length != FrameBytes) throw new ArgumentException($"frame {Index} has {FrameBytes} bytes, the buffer has {rgb.Length}", nameof(rgb));
        _taken = true;
        return ReadPixels(rgb);
    }

    public abstract void Dispose();

    private protected abstract bool ReadPixels(Span<byte> rgb);

    private protected bool Fault(int index, string reason, string message)
    {
        (Index, FaultReason, FaultMessage) = (index, reason, message);
        return true;
    }

    private protected bool Decoded(int index, DecodedPicture picture)
    {
        _taken = false;
        (Index, FaultReason, FaultMessage, Width, Height) = (index, null, null, picture.Width, picture.Height);
        return true;
    }
}
