namespace FlashDrive.Inference.Admission;

/// <summary>Writes an admission log under a temporary name and renames it when it is complete. Thread-safe.</summary>
public sealed class AdmissionLogWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path, _partial;
    private StreamWriter? _writer;

    public AdmissionLogWriter(string path, AdmissionHeader header)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Environment.ProcessId}.part";
        _writer = new(_partial);
        _writer.WriteLine(AdmissionLog.Line(header));
    }

    public void Add(AdmissionEntry entry)
    {
        var line = AdmissionLog.Line(entry);
        lock (_lock) _writer?.WriteLine(line);
    }

    /// <summary>Gives the log its name; further entries are left out.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (_writer is null) return;
            _writer.Dispose();
            _writer = null;
        }
        File.Move(_partial, _path, overwrite: true);
    }

    /// <summary>A log that was not completed leaves nothing behind.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            try
            {
                _writer?.Dispose();
            }
            finally
            {
                // What is still in the buffer may not fit on the disk.
                _writer = null;
                File.Delete(_partial);
            }
        }
    }
}
