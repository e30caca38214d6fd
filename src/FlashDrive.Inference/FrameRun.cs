namespace FlashDrive.Inference;

/// <summary>Times the stages of one frame and remembers which one it is in.</summary>
internal sealed class FrameRun(long frameId, TimeProvider time)
{
    private TimeSpan _encode, _prefill, _decode, _action;

    /// <summary>The stage entered last.</summary>
    internal string Stage { get; private set; } = StageNames.Ingest;

    internal T At<T>(string stage, Func<T> work)
    {
        Stage = stage;
        var started = time.GetTimestamp();
        var result = work();
        var took = time.GetElapsedTime(started);
        switch (stage)
        {
            case StageNames.Encode: _encode += took; break;
            case StageNames.Prefill: _prefill += took; break;
            case StageNames.Decode: _decode += took; break;
            case StageNames.Action: _action += took; break;
        }
        return result;
    }

    internal FrameResult Planned(Plan plan) => new(frameId, FrameOutcome.Planned, plan, new(_encode, _prefill, _decode, _action));

    internal FrameResult End(FrameOutcome outcome, string reason, string? stage = null, string? detail = null, Plan? plan = null) =>
        new(frameId, outcome, plan, new(_encode, _prefill, _decode, _action), stage, reason, detail);
}
