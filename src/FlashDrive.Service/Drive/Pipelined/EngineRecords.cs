using FlashDrive.Actors.Observation;
using FlashDrive.Inference.Admission;
using FlashDrive.Service.Drive.Replay;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>What a drive on the actors writes beside its plans: trace.json and admission.jsonl.</summary>
internal sealed class EngineRecords : IDisposable
{
    private readonly Lock _lock = new();

    // As many as there are ends that were not reported yet.
    private readonly Queue<AdmissionEntry> _entries = new();
    private readonly AdmissionLogWriter _log;
    private readonly ChromeTrace _trace;

    public EngineRecords(DriveOutput output, AdmissionHeader header, TimeProvider time)
    {
        _log = new(output.PathOf(ReplayScript.FileName), header);
        _trace = new(output.PathOf("trace.json"), time);
        Observers = [_trace, new AdmissionRecorder(Keep)];
    }

    public IReadOnlyList<IEngineObserver> Observers { get; }

    /// <summary>Writes what has come, in the caller's thread and not in an actor's turn.</summary>
    public void Write()
    {
        while (Next() is { } entry) _log.Add(entry);
    }

    public void Complete()
    {
        Write();
        _log.Complete();
        _trace.Complete();
    }

    /// <summary>A drive that failed leaves neither behind.</summary>
    public void Dispose()
    {
        try
        {
            _log.Dispose();
        }
        finally
        {
            _trace.Dispose();
        }
    }

    private void Keep(AdmissionEntry entry)
    {
        lock (_lock) _entries.Enqueue(entry);
    }

    private AdmissionEntry? Next()
    {
        lock (_lock) return _entries.TryDequeue(out var entry) ? entry : null;
    }
}
