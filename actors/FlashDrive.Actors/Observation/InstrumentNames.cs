namespace FlashDrive.Actors.Observation;

/// <summary>
/// Every instrument's name. An exporter turns dots into underscores and adds a counter's <c>_total</c> and a unit's suffix:
/// <c>flashdrive.frames</c> is scraped as <c>flashdrive_frames_total</c>, <c>flashdrive.frame.age</c> as <c>flashdrive_frame_age_seconds</c>.
/// </summary>
public static class InstrumentNames
{
    public const string Meter = "FlashDrive.Engine";

    public const string Frames = "flashdrive.frames";
    public const string FrameAge = "flashdrive.frame.age";
    public const string FrameLatency = "flashdrive.frame.latency";
    public const string CameraSpread = "flashdrive.camera.spread";
    public const string StageDuration = "flashdrive.stage.duration";
    public const string QueueWait = "flashdrive.queue.wait";
    public const string MailboxDepth = "flashdrive.mailbox.depth";
    public const string CreditsInUse = "flashdrive.credits.in_use";
    public const string ActorRestarts = "flashdrive.actor.restarts";
    public const string KvBlocks = "flashdrive.kv.blocks";
    public const string Reprefills = "flashdrive.reprefills";
    public const string ReasoningTokens = "flashdrive.reasoning.tokens";
    public const string DraftedTokens = "flashdrive.drafted.tokens";
    public const string AcceptedTokens = "flashdrive.accepted.tokens";
    public const string ThoughtsClosed = "flashdrive.thoughts.closed";
    public const string FlowEvaluations = "flashdrive.flow.evaluations";
    public const string GuardRejections = "flashdrive.guard.rejections";
    public const string FallbackActive = "flashdrive.fallback.active";
    public const string Stalls = "flashdrive.stalls";
    public const string StallTime = "flashdrive.stall.time";
    public const string Subscribers = "flashdrive.subscribers";
    public const string BuildInfo = "flashdrive.build.info";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Frames, FrameAge, FrameLatency, CameraSpread, StageDuration, QueueWait, MailboxDepth, CreditsInUse, ActorRestarts, KvBlocks, Reprefills,
        ReasoningTokens, DraftedTokens, AcceptedTokens, ThoughtsClosed, FlowEvaluations, GuardRejections, FallbackActive, Stalls, StallTime, Subscribers, BuildInfo,
    ];
}
