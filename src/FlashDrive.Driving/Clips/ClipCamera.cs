using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Clips;

/// <summary>One camera of a clip.</summary>
/// <param name="Index">Dataset index (alpamayo.md §16.1).</param>
/// <param name="Source">Where its frames are.</param>
/// <param name="TimestampsMicroseconds">Capture time of every frame, in the order of the file; may go backwards, then the player refuses frames.</param>
public sealed record ClipCamera(int Index, FrameSource Source, IReadOnlyList<long> TimestampsMicroseconds)
{
    public string Name => CameraCatalog.DatasetName(Index);

    /// <summary>Reads the frames from the first on; the caller disposes it.</summary>
    public FrameReader OpenReader() => Source.Open(TimestampsMicroseconds.Count);
}

/// <summary>Frames of one camera on disk.</summary>
public abstract record FrameSource
{
    internal abstract FrameReader Open(int frames);
}

/// <summary>A video file.</summary>
public sealed record VideoSource(VideoInfo Info) : FrameSource
{
    internal override FrameReader Open(int frames) => new VideoReader(Info, frames);
}

/// <summary>Numbered images.</summary>
public sealed record ImageSource(ImageSequence Images) : FrameSource
{
    internal override FrameReader Open(int frames) => new ImageSequenceReader(Images, frames);
}
