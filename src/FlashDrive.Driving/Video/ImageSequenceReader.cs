namespace FlashDrive.Driving.Video;

/// <summary>
/// Frames from numbered images. One ffmpeg decodes a run of them, each image by itself: a file that is missing or cannot be
/// decoded has a fault of its own and the next one is read all the same. ffmpeg is started anew behind a gap.
/// </summary>
public sealed class ImageSequenceReader : FrameReader
{
    private readonly ImageSequence _images;
    private readonly int _count;
    private DecodedPictures? _pictures;
    private DecodedPicture? _ahead;
    private int _runStart;

    /// <param name="count">Images from the sequence's first number on.</param>
    public ImageSequenceReader(ImageSequence images, int count) => (_images, _count) = (images, count);

    public override bool MoveNext()
    {
        var next = Index + 1;
        if (next >= _count) return false;
        var path = _images.PathOf(next);
        if (!File.Exists(path))
        {
            Stop();
            return Fault(next, FrameRefusal.MissingImage, $"image '{path}' (frame {next}) does not exist");
        }

        if (_pictures is null) Start(next);
        _ahead ??= _pictures!.Next();
        if (_ahead is not { } picture)
        {
            // The run ended here though the file exists: ffmpeg gave up on it. The next image starts a new run.
            var message = $"image '{path}' (frame {next}) cannot be decoded: {_pictures!.LastMessages()}";
            Stop();
            return Fault(next, FrameRefusal.CorruptImage, message);
        }
        if (picture.Ticks is { } number && number + _runStart > next)
        {
            _ahead = picture with { Errors = picture.OwnErrors };
            return Fault(next, FrameRefusal.CorruptImage, $"image '{path}' (frame {next}) cannot be decoded: {picture.Errors ?? "ffmpeg skipped it"}");
        }
        _ahead = null;
        // An image is decoded alone, so a complaint in front of it is about it, even where the decoder filled the hole silently.
        return picture.IsDamaged || picture.Errors is not null
            ? Fault(next, FrameRefusal.CorruptImage, $"image '{path}' (frame {next}) is damaged: {picture.Errors ?? "the decoder guessed parts of it"}")
            : Decoded(next, picture);
    }

    private protected override bool ReadPixels(Span<byte> rgb)
    {
        if (_pictures!.TakePixels(rgb)) return true;
        Fault(Index, FrameRefusal.CorruptImage, $"image '{_images.PathOf(Index)}' (frame {Index}) is cut off: {_pictures.LastMessages()}");
        return false;
    }

    public override void Dispose() => Stop();

    private void Start(int index)
    {
        _runStart = index;
        var number = (_images.FirstNumber + index).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _pictures = new(["-err_detect", "crccheck+explode", "-f", "image2", "-framerate", "25", "-start_number", number, "-start_number_range", "1", "-i", _images.FfmpegUrl]);
    }

    private void Stop()
    {
        _pictures?.Dispose();
        _pictures = null;
        _ahead = null;
    }
}
