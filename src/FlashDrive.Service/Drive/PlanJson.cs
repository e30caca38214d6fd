using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>Writes a <see cref="PlanRecord"/> as one line of JSON; the schema is docs/plans-schema.md.</summary>
public static class PlanJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteLine(PlanRecord record, Stream stream)
    {
        var buffer = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(buffer, Options)) Write(record, json);
        stream.Write(buffer.WrittenSpan);
        stream.WriteByte((byte)'\n');
    }

    private static void Write(PlanRecord record, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteFields(record, json);
        json.WriteEndObject();
    }

    internal static void WriteFields(PlanRecord record, Utf8JsonWriter json)
    {
        json.WriteNumber("frame_id", record.FrameId);
        json.WriteString("stream", record.Stream);
        json.WriteNumber("capture_us", record.CaptureMicroseconds);
        json.WriteNumber("publish_us", record.PublishMicroseconds);
        json.WriteString("outcome", record.Outcome.ToString().ToLowerInvariant());
        json.WriteString("reason", record.Reason);
        json.WriteString("detail", record.Detail);
        json.WriteString("mode", record.Mode?.ToString().ToLowerInvariant());
        json.WriteBoolean("patched", record.Patched);
        json.WriteString("reasoning", record.Reasoning);
        json.WriteStartArray("tokens");
        foreach (var token in record.Tokens) json.WriteNumberValue(token);
        json.WriteEndArray();
        json.WriteStartArray("token_sources");
        foreach (var source in record.TokenSources) json.WriteStringValue(source);
        json.WriteEndArray();
        json.WriteStartArray("trajectories");
        foreach (var trajectory in record.Trajectories) Write(trajectory, json);
        json.WriteEndArray();
        json.WriteStartObject("stage_seconds");
        for (var stage = 0; stage < StageNames.All.Count; stage++) json.WriteNumber(StageNames.All[stage], Math.Round(record.Stages.Of(stage).TotalSeconds, 6));
        json.WriteEndObject();
        json.WriteNumber("latency_seconds", Math.Round(record.Latency.TotalSeconds, 6));
        json.WriteNumber("queue_seconds", Math.Round(record.Queued.TotalSeconds, 6));
        json.WriteNumber("age_seconds", Math.Round(record.Age.TotalSeconds, 6));
        WriteOptional(json, "ade_m", record.Ade);
        WriteOptional(json, "min_ade_m", record.MinAde);
    }

    private static void Write(Trajectory trajectory, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("xyz");
        foreach (var pose in trajectory.Poses)
        {
            json.WriteStartArray();
            json.WriteNumberValue(Math.Round(pose.Position.X, 4));
            json.WriteNumberValue(Math.Round(pose.Position.Y, 4));
            json.WriteNumberValue(Math.Round(pose.Position.Z, 4));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("yaw");
        foreach (var pose in trajectory.Poses) json.WriteNumberValue(Math.Round(pose.Rotation.Yaw, 5));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, 4));
        else json.WriteNull(name);
    }
}
