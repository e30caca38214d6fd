namespace FlashDrive.Driving.Video;

/// <summary>
/// Frames of a video file through a streaming ffmpeg. A frame that the container lists and the decoder does not deliver, or
/// delivers with guessed parts, has the fault corrupt_image; frames behind the place where the file breaks off have
/// truncated_video. Frames predicted from a damaged one are decoded from it until the next key frame and carry no fault: ffmpeg
/// does not tell them apart. Videos of <see cref="VideoWriter"/> are all key frames, so there damage stays within a frame.
/// </summary>
public sealed class VideoReader : FrameReader
{
    private readonly VideoInfo _info;
    private readonly DecodedPictures _pictures;
    private DecodedPicture? _ahead;
    private bool _ended;

    /// <param name="info">From <see cref="VideoInfo.Probe"/> on the same file.</param>
    /// <exception cref="ClipException">ffmpeg_missing.</exception>
    public VideoReader(VideoInfo info)
    {
        _info = info;
        _pictures = new(["-i", Ffmpeg.Url(info.Path)]);
    }

    public override bool MoveNext()
    {
        var next = Index + 1;
        if (next >= _info.FrameCount) return false;
        while (!_ended && _ahead is null)
        {
            _ahead = _pictures.Next();
            _ended = _ahead is null;
            // A picture the container does not list (its time lies before the frame that is due) has no index.
            if (_ahead is { Ticks: { } time } && _info.Ticks is { } listed && time < listed[next]) _ahead = null;
        }

        if (_ahead is not { } picture)
        {
            return Fault(next, FrameRefusal.TruncatedVideo,
                $"frame {next} of '{_info.Path}' is missing: the file breaks off before it ({_info.FrameCount} frames are listed): {_pictures.LastMessages()}");
        }
        if (picture.Ticks is { } ticks && _info.Ticks is { } all && ticks > all[next])
            return Fault(next, FrameRefusal.CorruptImage, $"frame {next} of '{_info.Path}' cannot be decoded: {picture.Errors ?? "ffmpeg skipped it"}");
        _ahead = null;
        return picture.IsDamaged
            ? Fault(next, FrameRefusal.CorruptImage, $"frame {next} of '{_info.Path}' is damaged: the decoder guessed parts of it")
            : Decoded(next, picture);
    }

    private protected override byte[]? ReadPixels()
    {
        var pixels = _pictures.TakePixels();
        if (pixels is null) Fault(Index, FrameRefusal.TruncatedVideo, $"frame {Index} of '{_info.Path}' is cut off: {_pictures.LastMessages()}");
        return pixels;
    }

    public override void Dispose() => _pictures.Dispose();
}
