using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FlashDrive.Actors.Observation;

/// <summary>The file of a trace: {"traceEvents":[...]}, an event a line, whole at every name it has. Not thread-safe.</summary>
internal sealed class TraceEventFile : IDisposable
{
    // Large, because it is written to in an actor's turn: a call into the system every few hundred events.
    private const int BufferBytes = 1 << 17;

    private readonly string _path, _partial;
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _event = new(1024);
    private readonly Utf8JsonWriter _json;
    private bool _first = true;

    internal TraceEventFile(string path)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Environment.ProcessId}.part";
        _stream = new(_partial, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
        _json = new(_event, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _stream.Write("{\"traceEvents\":[\n"u8);
    }

    internal Utf8JsonWriter Begin()
    {
        _json.WriteStartObject();
        return _json;
    }

    internal void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        if (!_first) _stream.Write(",\n"u8);
        _first = false;
        _stream.Write(_event.WrittenSpan);
        _event.ResetWrittenCount();
        json.Reset();
    }

    internal void Complete(long leftOut)
    {
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"\n],\"displayTimeUnit\":\"ms\",\"otherData\":{{\"events_left_out\":{leftOut}}}}}\n")));
        _stream.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    public void Dispose()
    {
        _json.Dispose();
        try
        {
            _stream.Dispose();
        }
        finally
        {
            // What is still in the buffer may not fit on the disk.
            File.Delete(_partial);
        }
    }
}
