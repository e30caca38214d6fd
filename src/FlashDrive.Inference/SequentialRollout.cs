using FlashDrive.Driving;
using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Inference;

/// <summary>
/// Runs the stages of one stream in one thread, one frame at a time: the reference for every other way of running them and the
/// baseline of every benchmark. Not thread-safe; LibTorch's thread count is the calling thread's.
/// </summary>
public sealed class SequentialRollout : IDisposable
{
    // One thread, one frame at a time.
    private const int Sessions = 1;

    private readonly DrivingModel _model;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly EngineStages _stages;
    private readonly IngestState _ingest = new();
    private readonly DraftingSwitch _drafting;
    private readonly PrefillState _prefill, _whole;
    private readonly List<EncodedFrame> _waiting = [];

    /// <param name="time">Measures the stages; without one every duration is zero.</param>
    /// <param name="change">Puts other stages in the place of the engine's own, for studies of a single stage.</param>
    public SequentialRollout(DrivingModel model, EngineOptions options, TimeProvider? time = null, Func<EngineStages, EngineStages>? change = null)
    {
        (_model, _options, _time) = (model, options.Validated(), time ?? new StoppedTime());
        _stages = EngineStages.Of(model, options, Sessions);
        if (change is not null) _stages = change(_stages);
        _drafting = new(options.Drafting);
        (_prefill, _whole) = (new(options.FramesPerCamera), new(options.FramesPerCamera));
    }

    /// <summary>Takes one tick through every stage. A frame that fails ends alone; the next one is not affected.</summary>
    public FrameResult Step(FrameBundle tick, CancellationToken cancellation = default) => Replay(tick, new(FrameOutcome.Planned), cancellation);

    /// <summary>Takes a tick into the window without planning for it, because a newer one already waits.</summary>
    public FrameResult Supersede(FrameBundle tick) => Replay(tick, new(FrameOutcome.Dropped, Reason: DropReasons.Superseded));

    /// <summary>Takes an admitted tick the way it went when it was recorded.</summary>
    public FrameResult Replay(FrameBundle tick, FrameFate fate, CancellationToken cancellation = default)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var run = new FrameRun(tick.FrameId, _time);
        try
        {
            if (fate.Reset is { } reset) _ingest.Reset(reset);
            var frame = run.At(StageNames.Ingest, () => _stages.Ingest.Admit(_ingest, tick));
            if (fate.Lost) return run.End(fate.Outcome, fate.Reason ?? "lost", fate.Stage);
            fate.Enter(StageNames.Encode);
            var encoded = run.At(StageNames.Encode, () => _stages.Encoder.Encode(frame));
            Wait(encoded);
            if (fate.IsSuperseded) return run.End(FrameOutcome.Dropped, DropReasons.Superseded);
            using var window = run.At(StageNames.Prefill, () => Prefill(fate));
            if (window is null) return run.End(FrameOutcome.Dropped, DropReasons.Warming);
            using var session = new FrameSession(window, _options, _options.Seed, () => cancellation.IsCancellationRequested, _drafting);
            var plan = Think(session, fate, run);
            fate.Enter(StageNames.Guard);
            return _stages.Guard.Check(plan, tick.History) is { } rule ? run.End(FrameOutcome.Failed, rule, StageNames.Guard, plan: plan) : run.Planned(plan);
        }
        catch (TickRefusedException e)
        {
            return run.End(FrameOutcome.Refused, e.Reason, StageNames.Ingest, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return run.End(FrameOutcome.Failed, FailureReasons.Of(e), run.Stage, e.Message);
        }
    }

    /// <summary>A plan for one whole window, whatever came before it: every image is encoded, and no rule refuses the plan.</summary>
    public FrameResult Drive(IngestedWindow window, CancellationToken cancellation = default)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var newest = window.Newest;
        var run = new FrameRun(newest.FrameId, _time);
        try
        {
            using var encoded = run.At(StageNames.Encode, () => ((StreamingEncoderStage)_stages.Encoder).Encode(window));
            var facts = new WindowFacts(
                new(newest.FrameId, newest.TickMicroseconds, [.. newest.Frames.Select(f => f.CameraIndex)], newest.History, newest.Navigation, false, 0, "whole"),
                window.Ticks.Count, 0, window.Ticks.Any(t => t.IsPatched), "whole");
            using var prefilled = run.At(StageNames.Prefill, () => ((StreamPrefillStage)_stages.Prefill).Whole(_whole, facts, encoded.Grids, encoded.Features));
            using var session = new FrameSession(prefilled, _options, _options.Seed, () => cancellation.IsCancellationRequested, _drafting);
            return run.Planned(Think(session, null, run));
        }
        catch (NonFiniteException e)
        {
            return run.End(FrameOutcome.Failed, FailureReasons.Of(e), e.Stage, e.Message);
        }
    }

    public void Dispose()
    {
        foreach (var frame in _waiting) frame.Dispose();
        _waiting.Clear();
        _prefill.Dispose();
        _whole.Dispose();
    }

    /// <summary>Of the frames that wait at most a window's worth is kept: older ones would fall out of it anyway.</summary>
    private void Wait(EncodedFrame encoded)
    {
        if (_waiting.Count > 0 && (_waiting.Count == _options.FramesPerCamera || _waiting[0].Facts.Epoch != encoded.Facts.Epoch))
        {
            var keep = _waiting[0].Facts.Epoch == encoded.Facts.Epoch ? 1 : _waiting.Count;
            for (var i = 0; i < keep; i++) _waiting[i].Dispose();
            _waiting.RemoveRange(0, keep);
        }
        _waiting.Add(encoded);
    }

    private PrefilledWindow? Prefill(FrameFate fate)
    {
        try
        {
            fate.Enter(StageNames.Prefill);
            return _stages.Prefill.Prefill(_prefill, _waiting);
        }
        catch
        {
            foreach (var frame in _waiting) frame.Dispose();
            throw;
        }
        finally
        {
            _waiting.Clear();
        }
    }

    private Plan Think(FrameSession session, FrameFate? fate, FrameRun run)
    {
        bool another;
        do
        {
            fate?.Enter(StageNames.Decode);
            run.At(StageNames.Decode, () => Reason(session));
            fate?.Enter(StageNames.Action);
            another = run.At(StageNames.Action, () => _stages.Flow.Denoise(session));
        }
        while (another);
        return run.At(StageNames.Action, () => _stages.Flow.Assemble(session));
    }

    private bool Reason(FrameSession session)
    {
        ThoughtLoop.Run(_stages.Routine, _stages.Deliberative, _stages.Verifier, session);
        return true;
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
