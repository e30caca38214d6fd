using FlashDrive.Driving;

namespace FlashDrive.Inference.Stages;

/// <summary>What camera ingest keeps of one stream: its shape, its epoch and where its time stands.</summary>
public sealed class IngestState
{
    private (int Camera, int Width, int Height)[] _shape = [];
    private long _lastTick;
    private string? _reset;

    /// <summary>Counts the window's restarts: frames of different epochs never share a window.</summary>
    public int Epoch { get; private set; } = -1;

    /// <summary>Why the epoch began.</summary>
    public string ColdReason { get; private set; } = "start";

    /// <summary>Cameras of the epoch, ascending.</summary>
    public IReadOnlyList<int> Cameras { get; private set; } = [];

    internal long? LastTick => Epoch < 0 ? null : _lastTick;

    /// <summary>Has the next tick begin a new epoch.</summary>
    /// <param name="reason">Stable, machine-readable.</param>
    public void Reset(string reason) => _reset = reason;

    /// <summary>Takes a checked tick over; a changed shape, a jump of time or a reset begins a new epoch.</summary>
    internal void Advance(FrameBundle tick)
    {
        var reason = Epoch < 0 ? "start" : _reset ?? Change(tick);
        if (reason is not null)
        {
            _shape = [.. tick.Frames.Select(f => (f.CameraIndex, f.Width, f.Height))];
            Cameras = Array.ConvertAll(_shape, s => s.Camera);
            (ColdReason, _reset) = (reason, null);
            Epoch++;
        }
        _lastTick = tick.TickMicroseconds;
    }

    private string? Change(FrameBundle tick)
    {
        if (tick.Frames.Count != _shape.Length) return "cameras";
        for (var i = 0; i < _shape.Length; i++)
            if (tick.Frames[i].CameraIndex != _shape[i].Camera) return "cameras";
        for (var i = 0; i < _shape.Length; i++)
            if ((tick.Frames[i].Width, tick.Frames[i].Height) != (_shape[i].Width, _shape[i].Height)) return "resolution";
        return tick.TickMicroseconds - _lastTick > CameraIngestStage.MaxGapMicroseconds ? "time_jump" : null;
    }
}
