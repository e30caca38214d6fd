namespace FlashDrive.Driving.Clips;

/// <summary>
/// Plays a clip on a 10 Hz grid, as fast as it is asked. At each tick every camera gives its latest good frame at or before the
/// tick; one that brings nothing new within a period is repeated (the bundle is patched), and when one has brought nothing for
/// three periods the stream is degraded and there are no bundles until it does. Ticks begin where all cameras have started and
/// 1.5 s of ego history exist without extrapolation.
/// </summary>
public sealed class ClipPlayer : IDisposable
{
    public const long PeriodMicroseconds = 100_000;

    /// <summary>Periods without a new frame after which a stream is degraded.</summary>
    public const int DegradedPeriods = 3;

    /// <summary>A stretch in which every frame is refused must not grow the list of the next bundle without end; the counts go on.</summary>
    private const int ListedRefusals = 64;

    private readonly Clip _clip;
    private readonly CameraTrack[] _tracks;
    private readonly Queue<RefusedFrame> _refused = new();
    private readonly long _first, _last;
    private long _tick;

    /// <exception cref="ClipException">missing_poses, clip_too_short or ffmpeg_missing.</exception>
    public ClipPlayer(Clip clip)
    {
        _clip = clip;
        if (clip.Ego is not { } ego)
            throw new ClipException(ClipFault.MissingPoses, $"'{clip.Path}' has no ego poses; give a pose file or assume a speed, e.g. --ego constant:25 (m/s)");

        // The grid is anchored where the last camera starts, so that cameras in step with it are met on the frame.
        var start = clip.Cameras.Max(c => c.TimestampsMicroseconds[0]);
        var end = clip.Cameras.Min(c => c.TimestampsMicroseconds.Max()) + PeriodMicroseconds - 1;
        var earliest = ego.IsAssumed ? start : ego.FirstMicroseconds + EgoHistory.SpanMicroseconds;
        _first = FirstTickFrom(start, earliest);
        var latest = ego.IsAssumed ? end : Math.Min(end, ego.LastMicroseconds);
        if (_first > latest)
        {
            throw new ClipException(ClipFault.ClipTooShort,
                $"'{clip.Path}' has no moment with all cameras and {EgoHistory.SpanMicroseconds / 1e6} s of ego history: cameras cover {start} … {end - PeriodMicroseconds + 1} µs, "
                + $"poses {(ego.IsAssumed ? "everything" : $"{ego.FirstMicroseconds} … {ego.LastMicroseconds} µs")}");
        }
        _last = _first + (latest - _first) / PeriodMicroseconds * PeriodMicroseconds;
        _tick = _first;
        _tracks = new CameraTrack[clip.Cameras.Count];
        try
        {
            for (var i = 0; i < _tracks.Length; i++) _tracks[i] = new(clip.Cameras[i], Refuse);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Ticks of the grid from first to last; fewer bundles come when the stream is degraded in between.</summary>
    public long TickCount => (_last - _first) / PeriodMicroseconds + 1;

    /// <summary>Number of the tick that comes next.</summary>
    public long NextTick => (_tick - _first) / PeriodMicroseconds;

    public PlaybackCounts Counts { get; } = new();

    /// <summary>The next bundle, or null at the end of the clip.</summary>
    public FrameBundle? Next()
    {
        while (_tick <= _last)
        {
            var tick = _tick;
            foreach (var track in _tracks) track.AdvanceTo(tick);
            if (Array.Find(_tracks, t => IsSilent(t, tick)) is { } silent)
            {
                SkipDegraded(silent);
                continue;
            }
            _tick += PeriodMicroseconds;
            return Bundle(tick);
        }
        return null;
    }

    /// <summary>All bundles that are left.</summary>
    public IEnumerable<FrameBundle> Bundles()
    {
        while (Next() is { } bundle) yield return bundle;
    }

    public void Dispose()
    {
        foreach (var track in _tracks) track?.Dispose();
    }

    private static bool IsSilent(CameraTrack track, long tick) =>
        track.NewestMicroseconds is not { } newest || tick - newest >= DegradedPeriods * PeriodMicroseconds;

    private static long FirstTickFrom(long anchor, long earliest) =>
        earliest <= anchor ? anchor : anchor + (earliest - anchor + PeriodMicroseconds - 1) / PeriodMicroseconds * PeriodMicroseconds;

    private FrameBundle Bundle(long tick)
    {
        var repeated = _tracks.Where(t => tick - t.NewestMicroseconds!.Value >= PeriodMicroseconds).Select(t => t.Index).ToArray();
        var bundle = new FrameBundle(NextTick - 1, tick, Array.ConvertAll(_tracks, t => t.Newest()), _clip.Ego!.HistoryAt(tick)!)
        {
            RepeatedCameras = repeated,
            Refused = [.. _refused],
            Future = _clip.HasGroundTruth ? _clip.Ego.FutureAt(tick) : null,
            Navigation = _clip.NavigationAt(tick),
        };
        _refused.Clear();
        Counts.Bundles++;
        if (bundle.IsPatched) Counts.Patched++;
        return bundle;
    }

    /// <summary>Goes on where the silent camera may speak again, over any length of silence in one step.</summary>
    private void SkipDegraded(CameraTrack silent)
    {
        var resume = silent.NextMicroseconds is { } next ? FirstTickFrom(_tick + PeriodMicroseconds, next) : _last + PeriodMicroseconds;
        resume = Math.Min(resume, _last + PeriodMicroseconds);
        if (resume > _last)
        {
            Counts.EndedEarly = $"camera {silent.Index} ({CameraCatalog.DatasetName(silent.Index)}) brings no frame after "
                + (silent.NewestMicroseconds is { } newest ? $"{newest} µs" : "the start") + $"; the clip's last tick is at {_last} µs";
        }
        Counts.Degraded += (resume - _tick) / PeriodMicroseconds;
        _tick = resume;
    }

    private void Refuse(RefusedFrame frame)
    {
        Counts.CountRefused(frame.Reason);
        if (_refused.Count == ListedRefusals) _refused.Dequeue();
        _refused.Enqueue(frame);
    }
}
