using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference;

/// <summary>
/// Runs the stages of one stream in one thread, one frame at a time: the reference for every other way of running them and the
/// baseline of every benchmark. Not thread-safe; LibTorch's thread count is the calling thread's.
/// </summary>
public sealed class SequentialRollout : IDisposable
{
    private readonly DrivingModel _model;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly CameraIngestStage _ingest;
    private readonly StreamingEncoderStage _encoder;
    private readonly DeliberativeReasonerStage _reasoner;
    private readonly VerifierStage _verifier;
    private readonly FlowHeadStage _flow;
    private WindowMemory? _memory;

    /// <param name="time">Measures the stages; without one every duration is zero.</param>
    public SequentialRollout(DrivingModel model, EngineOptions options, TimeProvider? time = null)
    {
        (_model, _options, _time) = (model, options.Validated(), time ?? new StoppedTime());
        var c = model.Configuration;
        _ingest = new(options.FramesPerCamera);
        _encoder = new(model.Network.Vision, model.NewImageProcessor());
        _reasoner = new(model.Network.Language);
        _verifier = new(model.Vocabulary, new TokenSampler(model.Vocabulary.Length, model.Vocabulary.TrajectoryStart, model.Vocabulary.TrajectoryCount));
        _flow = new(model.Network.Expert, c.ActionSpace.Waypoints, c.Flow.Steps);
    }

    /// <summary>Takes one tick through every stage. A frame that fails ends alone; the next one is not affected.</summary>
    public FrameResult Step(FrameBundle tick, CancellationToken cancellation = default)
    {
        try
        {
            var window = _ingest.Admit(tick);
            return window is null ? new(tick.FrameId, FrameOutcome.Warming, null, default) : Drive(window, cancellation);
        }
        catch (TickRefusedException e)
        {
            return new(tick.FrameId, FrameOutcome.Refused, null, default, "ingest", e.Reason);
        }
        catch (NonFiniteException e)
        {
            return new(tick.FrameId, FrameOutcome.Failed, null, default, e.Stage, e.Message);
        }
    }

    /// <summary>Takes a tick into the window without planning for it, because a newer one already waits.</summary>
    public FrameResult Supersede(FrameBundle tick)
    {
        try
        {
            var window = _ingest.Admit(tick);
            return new(tick.FrameId, window is null ? FrameOutcome.Warming : FrameOutcome.Superseded, null, default);
        }
        catch (TickRefusedException e)
        {
            return new(tick.FrameId, FrameOutcome.Refused, null, default, "ingest", e.Reason);
        }
    }

    /// <summary>A plan for one whole window, whatever came before it.</summary>
    public FrameResult Drive(IngestedWindow window, CancellationToken cancellation = default)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var started = _time.GetTimestamp();
        using var encoded = _encoder.Encode(window);
        var afterEncode = _time.GetTimestamp();
        using var prefilled = Prefill(encoded);
        var afterPrefill = _time.GetTimestamp();
        var random = new KeyedRandom(_options.Seed).At(window.Newest.FrameId);
        var (thoughts, actions, decode) = Think(prefilled, random, cancellation);
        var plan = Plans.Assemble(_model, window, thoughts, actions);
        var finished = _time.GetTimestamp();
        var action = _time.GetElapsedTime(afterPrefill, finished) - decode;
        return new(window.Newest.FrameId, FrameOutcome.Planned, plan,
            new(_time.GetElapsedTime(started, afterEncode), _time.GetElapsedTime(afterEncode, afterPrefill), decode, action));
    }

    /// <summary>Memory allocated for windows of the present shape, or null before the first window.</summary>
    public (long KvBytes, long ViewBytes)? MemoryBytes => _memory is { } m ? (m.Pool.Bytes, m.Views.Bytes) : null;

    public void Dispose() => _memory?.Dispose();

    private PrefilledWindow Prefill(EncodedFrame encoded)
    {
        var newest = encoded.Window.Newest;
        var request = new PrefillRequest(
            [.. newest.Frames.Select(f => f.CameraIndex)], encoded.Window.Ticks.Count, encoded.Grids, encoded.Features,
            HistoryTokens(newest.History), _options.Route ?? newest.Navigation, _options.Flow.GuidanceWeight is not null);
        _memory = WindowMemory.For(_memory, _model, request, _options);
        return _memory.Stage.Prefill(encoded.Window, request);
    }

    private int[] HistoryTokens(EgoHistory history)
    {
        var bins = _model.History.Encode(history);
        for (var i = 0; i < bins.Length; i++) bins[i] += _model.Vocabulary.HistoryStart;
        return bins;
    }

    /// <summary>Draws the thoughts and the actions [samples, 64, 2] that follow from them, and tells how long the thoughts took.</summary>
    private (List<Thought> Thoughts, float[] Actions, TimeSpan Decode) Think(PrefilledWindow window, KeyedRandom random, CancellationToken cancellation)
    {
        var thoughts = new List<Thought>();
        var decode = TimeSpan.Zero;
        var perThought = _options.ThoughtPerSample ? 1 : _options.Flow.Samples;
        var actions = new List<float>();
        using var noise = _flow.Noise(random.At((long)RandomPurpose.Flow), _options.Flow.Samples);
        for (var first = 0; first < _options.Flow.Samples; first += perThought)
        {
            var started = _time.GetTimestamp();
            window.Session.Restart();
            thoughts.Add(Reason(window, random.At((long)RandomPurpose.Thought).At(first), cancellation));
            decode += _time.GetElapsedTime(started);
            using var drawn = _flow.Denoise(window.Session, noise.narrow(0, first, perThought), _options.Flow, window.Unguided);
            actions.AddRange(drawn.data<float>());
        }
        return (thoughts, [.. actions], decode);
    }

    private Thought Reason(PrefilledWindow window, KeyedRandom random, CancellationToken cancellation)
    {
        var session = window.Session;
        for (var goOn = true; goOn;)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scores = _reasoner.Score(session);
            goOn = _verifier.Accept(session, scores, _options.Reasoning, random);
        }
        _reasoner.Settle(session);
        if (window.Unguided is { } unguided)
        {
            // The branch without route reads the same thought (alpamayo.md §11.3).
            unguided.Restart();
            foreach (var token in session.Tokens) unguided.Append(token);
            _reasoner.Settle(unguided);
        }
        return Plans.Thought(_model.Vocabulary, session.Tokens);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
