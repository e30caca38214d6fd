using FlashDrive.Driving;

namespace FlashDrive.Inference.Stages;

/// <summary>What camera ingest keeps of one stream: its shape, its epoch and where its time stands.</summary>
public sealed class IngestState
{
    /// <summary>
    /// So many ticks in a row that are older than the newest one but follow each other are a source that has set its clock back, or one
    /// whose clock once told a time far ahead; refusing them for ever would end the stream.
    /// </summary>
    internal const int TicksOfAnotherClock = 10;

    /// <summary>Numbers count ticks of the grid, so within the longest gap of time they cannot run further ahead.</summary>
    internal const int MostNumbersAhead = 100;

    private (int Camera, int Width, int Height)[] _shape = [];
    private long _lastTick, _lastFrame, _behind;
    private int _behindCount;
    private string? _reset;

    /// <summary>Counts the window's restarts: frames of different epochs never share a window.</summary>
    public int Epoch { get; private set; } = -1;

    /// <summary>Why the epoch began.</summary>
    public string ColdReason { get; private set; } = "start";

    /// <summary>Cameras of the epoch, ascending.</summary>
    public IReadOnlyList<int> Cameras { get; private set; } = [];

    /// <summary>Has the next tick begin a new epoch.</summary>
    /// <param name="reason">Stable, machine-readable.</param>
    public void Reset(string reason) => _reset = reason;

    /// <summary>Why the checked tick begins a new epoch, or null when it goes on with the present one.</summary>
    /// <exception cref="TickRefusedException">It is not newer than the tick before it.</exception>
    internal string? Follow(FrameBundle tick)
    {
        if (Epoch < 0) return "start";
        if (tick.TickMicroseconds <= _lastTick)
        {
            _behindCount = _behindCount > 0 && tick.TickMicroseconds > _behind ? _behindCount + 1 : 1;
            _behind = tick.TickMicroseconds;
            if (_behindCount >= TicksOfAnotherClock) return "time_jump";
            throw new TickRefusedException("time_backwards", $"tick {tick.FrameId} at {tick.TickMicroseconds} µs is not after {_lastTick} µs");
        }
        if ((_reset ?? Change(tick)) is { } reason) return reason;
        return tick.FrameId > _lastFrame && tick.FrameId - _lastFrame <= MostNumbersAhead
            ? null
            : throw new TickRefusedException("frame_order", $"tick {tick.FrameId} comes after tick {_lastFrame}: numbers of a stream's ticks ascend, by at most {MostNumbersAhead}");
    }

    /// <summary>Takes a tick over.</summary>
    /// <param name="reason">What <see cref="Follow"/> said.</param>
    internal void Advance(FrameBundle tick, string? reason)
    {
        if (reason is not null)
        {
            _shape = [.. tick.Frames.Select(f => (f.CameraIndex, f.Width, f.Height))];
            Cameras = Array.ConvertAll(_shape, s => s.Camera);
            (ColdReason, _reset) = (reason, null);
            Epoch++;
        }
        (_lastTick, _lastFrame, _behindCount) = (tick.TickMicroseconds, tick.FrameId, 0);
    }

    private string? Change(FrameBundle tick)
    {
        if (tick.Frames.Count != _shape.Length) return "cameras";
        for (var i = 0; i < _shape.Length; i++)
            if (tick.Frames[i].CameraIndex != _shape[i].Camera) return "cameras";
        for (var i = 0; i < _shape.Length; i++)
            if ((tick.Frames[i].Width, tick.Frames[i].Height) != (_shape[i].Width, _shape[i].Height)) return "resolution";
        return (Int128)tick.TickMicroseconds - _lastTick > CameraIngestStage.MaxGapMicroseconds ? "time_jump" : null;
    }
}
