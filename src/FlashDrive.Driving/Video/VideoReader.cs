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
    private readonly int _frames;
    private readonly DecodedPictures _pictures;
    private DecodedPicture? _ahead;
    private bool _ended;

    /// <param name="info">From <see cref="VideoInfo.Probe"/> on the same file.</param>
    /// <param name="frames">Frames the file ought to have, when more are known of than it lists.</param>
    /// <exception cref="ClipException">ffmpeg_missing.</exception>
    public VideoReader(VideoInfo info, int? frames = null)
    {
        _info = info;
        _frames = Math.Max(frames ?? 0, info.FrameCount);
        _pictures = new(["-i", Ffmpeg.Url(info.Path)]);
    }

    public override bool MoveNext()
    {
        var next = Index + 1;
        if (next >= _frames) return false;
        while (!_ended && _ahead is null)
        {
            _ahead = _pictures.Next();
            _ended = _ahead is null;
            // A picture the container does not list (its time lies before the frame that is due) has no index.
            if (_ahead is { Ticks: { } time } && _info.Ticks is { } listed && next < listed.Count && time < listed[next]) _ahead = null;
        }

        if (_ahead is not { } picture)
        {
            return Fault(next, FrameRefusal.TruncatedVideo,
                $"frame {next} of '{_info.Path}' is missing: the file breaks off before it, {_frames} frames are expected: {_pictures.LastMessages()}");
        }
        if (picture.Ticks is { } ticks && _info.Ticks is { } all && next < all.Count && ticks > all[next])
            return Fault(next, FrameRefusal.CorruptImage, $"frame {next} of '{_info.Path}' cannot be decoded: {picture.Errors ?? "ffmpeg skipped it"}");
        _ahead = null;
        // The decoder of motion JPEG guesses without saying so, but complains in front of the picture; others complain of what they mend.
        var isDamaged = picture.IsDamaged || _info.Codec == "mjpeg" && picture.OwnErrors is not null;
        return isDamaged
            ? Fault(next, FrameRefusal.CorruptImage, $"frame {next} of '{_info.Path}' is damaged: {picture.OwnErrors ?? "the decoder guessed parts of it"}")
            : Decoded(next, picture);
    }

    private protected override bool ReadPixels(Span<byte> rgb)
    {
        if (_pictures.TakePixels(rgb)) return true;
        Fault(Index, FrameRefusal.TruncatedVideo, $"frame {Index} of '{_info.Path}' is cut off: {_pictures.LastMessages()}");
        return false;
    }

    public override void Dispose() => _pictures.Dispose();
}
