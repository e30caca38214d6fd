using FlashDrive.Actors.Streams;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Actors.Credits;

/// <summary>
/// Follows a frame from its offer to its end, which comes exactly once. Whoever owns the frame's message ends it; others can only
/// <see cref="Doom"/> it, because its credits must not return before its message has left the mailboxes they were counted for.
/// </summary>
public sealed class FrameTicket
{
    private FrameEnd? _end, _doom;
    private int _held;

    internal FrameTicket(StreamLane lane, FrameBundle tick, TimeSpan arrival, FrameFate? fate)
    {
        (Lane, Tick, Arrival, Fate) = (lane, tick, arrival, fate);
        IsCancelled = () => _doom is not null;
    }

    /// <summary>The frame's stream.</summary>
    public StreamLane Lane { get; }

    public FrameBundle Tick { get; }

    public long FrameId => Tick.FrameId;

    /// <summary>Counts the stream's offers from 0: the order in which plans leave.</summary>
    public long Number { get; internal set; }

    /// <summary>When the frame was offered, on the engine's clock.</summary>
    public TimeSpan Arrival { get; }

    /// <summary>What is to become of it when a log is replayed.</summary>
    public FrameFate? Fate { get; }

    /// <summary>Set when it is admitted.</summary>
    public FrameFacts? Facts { get; internal set; }

    /// <summary>Set when it was prefilled.</summary>
    public WindowFacts? Window { get; internal set; }

    /// <summary>Frames its prefill was to move into the window, itself included; null before its prefill began.</summary>
    public int? Inserted { get; internal set; }

    /// <summary>Where it is: in this stage's hands or in its mailbox.</summary>
    public string Stage { get; private set; } = StageNames.Ingest;

    /// <summary>When its message was sent to the stage it is in.</summary>
    internal TimeSpan Sent { get; private set; }

    /// <summary>What it made the engine compute, when its thoughts have ended.</summary>
    public FrameWork Work { get; internal set; }

    /// <summary>Between the oldest and the newest of its cameras, repeated ones left out; set when it is admitted.</summary>
    public long SpreadMicroseconds { get; internal set; }

    /// <summary>How it ended, or null while it has not.</summary>
    public FrameEnd? End => Volatile.Read(ref _end);

    /// <summary>How it is to end as soon as its owner meets it.</summary>
    public FrameEnd? Doomed => Volatile.Read(ref _doom);

    /// <summary>Polled between decode rounds and flow steps.</summary>
    public Func<bool> IsCancelled { get; }

    /// <summary>Notes, just before a message about it is sent, where that goes: from then on a crash there is that stage's.</summary>
    internal void SentTo(string stage, TimeSpan now) => (Stage, Sent) = (stage, now);

    /// <summary>Has the frame end this way at its owner's next look at it; the first doom counts.</summary>
    public void Doom(FrameEnd end) => Interlocked.CompareExchange(ref _doom, end, null);

    public bool Holds(CreditKind kind) => ((CreditKind)Volatile.Read(ref _held) & kind) != 0;

    internal void Hold(CreditKind kind) => Interlocked.Or(ref _held, (int)kind);

    /// <summary>Forgets a credit; true when it was held.</summary>
    internal bool LetGo(CreditKind kind) => ((CreditKind)Interlocked.And(ref _held, ~(int)kind) & kind) != 0;

    /// <summary>True for the one call that ended it.</summary>
    internal bool TryEnd(FrameEnd end) => Interlocked.CompareExchange(ref _end, end, null) is null;
}
