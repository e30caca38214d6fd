using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>A JSON object a line, for programs: <c>event</c> says what it is; plans have the fields of plans.jsonl.</summary>
public sealed class JsonView(TextWriter output) : IDriveView
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Say(string line) => Write("note", json => json.WriteString("text", line));

    public IProgress<double> Progress(string what)
    {
        Say(what);
        return new Progress<double>();
    }

    public void Begin(DriveSetup setup) => Write("begin", json =>
    {
        json.WriteString("model", setup.Model);
        json.WriteString("clip", setup.Clip);
        json.WriteString("rate", setup.Rate);
        json.WriteNumber("seed", setup.Seed);
        json.WriteNumber("streams", setup.Streams);
        json.WriteString("way", setup.IsPipelined ? "pipelined" : "sequential");
        if (setup.SerialLatency is { } serial) json.WriteNumber("serial_latency_seconds", Math.Round(serial.TotalSeconds, 6));
    });

    public void Show(PlanRecord record, DriveStatistics soFar) => Write(record.HasPlan ? "plan" : record.Outcome == PlanOutcome.Fallback ? "fallback" : "end", json => PlanJson.WriteFields(record, json));

    public void Show(RefusedFrame refused) => Write("refused", json =>
    {
        json.WriteNumber("camera", refused.CameraIndex);
        json.WriteNumber("capture_us", refused.CaptureMicroseconds);
        json.WriteString("reason", refused.Reason);
        json.WriteString("detail", refused.Message);
    });

    public void End(DriveSummary summary) => Write("summary", json =>
    {
        using var document = JsonDocument.Parse(summary.ToJson());
        foreach (var property in document.RootElement.EnumerateObject()) property.WriteTo(json);
    });

    public void Dispose() => output.Flush();

    private void Write(string what, Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("event", what);
            content(json);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
