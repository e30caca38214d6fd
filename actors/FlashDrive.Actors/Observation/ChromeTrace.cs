using System.Text.Json;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;

namespace FlashDrive.Actors.Observation;

/// <summary>
/// Writes what the engine does as a trace in Chrome's event format, which Perfetto opens: a thread per actor with a slice per
/// handling, named after its frame so that a frame keeps its colour; an arrow from stage to stage; a bar from a frame's arrival to
/// its end; credits in use. Written as it happens under a temporary name, renamed when complete. Thread-safe.
/// </summary>
public sealed class ChromeTrace : IEngineObserver, IDisposable
{
    /// <summary>About 200 MB: beyond it events are left out and counted.</summary>
    public const int DefaultMostEvents = 1_000_000;

    private const int Process = 1;
    private const string Publisher = PlanPublisherActor.Name;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _threads = [];

    // The open frames of an engine, each with the stage it was seen in last and until when.
    private readonly Dictionary<FrameTicket, (string Stage, TimeSpan Until)> _open = [];
    private readonly TraceEventFile _file;
    private readonly TimeProvider _clock;
    private readonly int _mostEvents;
    private long? _origin;
    private long _events;
    private bool _completed;
    private IOException? _failure;

    /// <param name="clock">The engine's.</param>
    /// <param name="mostEvents">Bound on what is written.</param>
    public ChromeTrace(string path, TimeProvider clock, int mostEvents = DefaultMostEvents)
    {
        (_file, _clock, _mostEvents) = (new(path), clock, mostEvents);
        Name("process_name", 0, "FlashDrive engine");
    }

    /// <summary>Events that found no room.</summary>
    public long LeftOut => Math.Max(0, Volatile.Read(ref _events) - _mostEvents);

    public void FrameOffered(FrameTicket ticket)
    {
        lock (_lock)
        {
            // The engine's clock began when it was built; it is met where a frame carries its time, a little late each time.
            _origin = Math.Min(_origin ?? long.MaxValue, _clock.GetTimestamp() - (long)(ticket.Arrival.TotalSeconds * _clock.TimestampFrequency));
            _open[ticket] = ("", ticket.Arrival);
            if (Begin("b", "frame", ticket.Arrival) is { } json)
            {
                WriteFrame(json, ticket);
                WriteId(json, ticket);
                End(json);
            }
            Credits(ticket.Lane, ticket.Arrival);
        }
    }

    public void StageDone(in StageSpan span)
    {
        lock (_lock)
        {
            var thread = ThreadOf(span.Actor);
            if (Begin("X", span.Stage, span.Started, thread) is { } json)
            {
                json.WriteNumber("dur", Microseconds(span.Duration));
                WriteFrame(json, span.Ticket);
                json.WriteStartObject("args");
                WriteArguments(json, span.Ticket);
                json.WriteString("stage", span.Stage);
                json.WriteNumber("queued_us", Microseconds(span.Queued));
                json.WriteEndObject();
                End(json);
            }
            Arrow(span, thread);
        }
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        lock (_lock)
        {
            _open.Remove(ticket, out var last);
            var now = Now();
            if (now < last.Until) now = last.Until;
            if (Begin("e", "frame", now) is { } json)
            {
                WriteFrame(json, ticket);
                WriteId(json, ticket);
                json.WriteStartObject("args");
                WriteArguments(json, ticket);
                json.WriteString("outcome", FrameOutcomes.NameOf(end.Outcome));
                json.WriteString("stage", end.Stage);
                json.WriteString("reason", end.Reason);
                json.WriteEndObject();
                End(json);
            }
            Credits(ticket.Lane, now);
        }
    }

    public void Published(PublishedPlan plan)
    {
        lock (_lock)
        {
            if (Begin("i", "publish", Now(), ThreadOf(Publisher)) is not { } json) return;
            json.WriteString("name", plan.Mode == PlanMode.Fallback ? "fallback" : plan.Late ? "late plan" : "plan");
            json.WriteString("s", "t");
            json.WriteStartObject("args");
            json.WriteString("stream", plan.Stream.Name);
            json.WriteNumber("frame", plan.Plan.FrameId);
            json.WriteString("mode", plan.Mode.ToString().ToLowerInvariant());
            json.WriteNumber("age_us", Microseconds(plan.Age));
            json.WriteEndObject();
            End(json);
        }
    }

    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
        lock (_lock)
        {
            if (Begin("i", "failure", Now(), ThreadOf(actor)) is not { } json) return;
            json.WriteString("name", "failed and restarted");
            json.WriteString("s", "t");
            json.WriteStartObject("args");
            if (ticket is not null) WriteArguments(json, ticket);
            json.WriteString("cause", cause.Message);
            json.WriteEndObject();
            End(json);
        }
    }

    public void HealthChanged(StreamLane? stream, EngineHealth health, string reason)
    {
        lock (_lock)
        {
            if (Begin("i", "health", Now()) is not { } json) return;
            json.WriteString("name", $"{stream?.Name ?? "engine"} {health.ToString().ToLowerInvariant()}: {reason}");
            json.WriteString("s", "p");
            End(json);
        }
    }

    /// <summary>Gives the trace its name; what happens afterwards is left out.</summary>
    /// <exception cref="IOException">It could not be written, now or before.</exception>
    public void Complete()
    {
        lock (_lock)
        {
            if (_completed) return;
            _completed = true;
            if (_failure is { } failure) throw new IOException(failure.Message, failure);
            _file.Complete(LeftOut);
        }
    }

    /// <summary>A trace that was not completed leaves nothing behind.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _completed = true;
            _file.Dispose();
        }
    }

    /// <summary>The common fields of an event; null when there is no room for it.</summary>
    private Utf8JsonWriter? Begin(string phase, string category, TimeSpan time, int thread = 0)
    {
        if (_completed || _failure is not null || ++_events > _mostEvents) return null;
        var json = _file.Begin();
        json.WriteString("ph", phase);
        json.WriteString("cat", category);
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", thread);
        json.WriteNumber("ts", Microseconds(time));
        return json;
    }

    /// <summary>A full disk must not make an actor fail: the trace ends and says so when it is completed.</summary>
    private void End(Utf8JsonWriter json)
    {
        try
        {
            _file.End(json);
        }
        catch (IOException e)
        {
            _failure = e;
        }
    }

    /// <summary>Where the frame comes from, when it has come to another stage.</summary>
    private void Arrow(in StageSpan span, int thread)
    {
        if (!_open.TryGetValue(span.Ticket, out var before)) return;
        _open[span.Ticket] = (span.Stage, span.Ended);
        if (before.Stage == span.Stage || Begin(before.Stage.Length == 0 ? "s" : "t", "way", span.Started, thread) is not { } json) return;
        json.WriteString("name", "way");
        WriteId(json, span.Ticket);
        json.WriteString("bp", "e");
        End(json);
    }

    private void Credits(StreamLane lane, TimeSpan time)
    {
        if (Begin("C", "credits", time) is not { } json) return;
        json.WriteString("name", $"credits of {lane.Name}");
        json.WriteStartObject("args");
        json.WriteNumber("encode", lane.EncodeCredits.InUse);
        json.WriteNumber("session", lane.SessionCredits.InUse);
        json.WriteEndObject();
        End(json);
    }

    /// <summary>An actor's thread, named when it is met first.</summary>
    private int ThreadOf(string actor)
    {
        if (_threads.TryGetValue(actor, out var thread)) return thread;
        _threads.Add(actor, thread = _threads.Count + 1);
        Name("thread_name", thread, actor);
        return thread;
    }

    private void Name(string kind, int thread, string name)
    {
        if (Begin("M", "__metadata", TimeSpan.Zero, thread) is not { } json) return;
        json.WriteString("name", kind);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        End(json);
    }

    private TimeSpan Now() => _origin is { } origin ? _clock.GetElapsedTime(origin) : TimeSpan.Zero;

    private static void WriteFrame(Utf8JsonWriter json, FrameTicket ticket) => json.WriteString("name", FormattableString.Invariant($"{ticket.Lane.Name} frame {ticket.FrameId}"));

    private static void WriteId(Utf8JsonWriter json, FrameTicket ticket) => json.WriteString("id", FormattableString.Invariant($"{ticket.Lane.Name}:{ticket.FrameId}"));

    private static void WriteArguments(Utf8JsonWriter json, FrameTicket ticket)
    {
        json.WriteString("stream", ticket.Lane.Name);
        json.WriteNumber("frame", ticket.FrameId);
    }

    private static double Microseconds(TimeSpan time) => time.TotalMicroseconds;
}
