using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Training.Rollouts;

/// <summary>
/// The engine's own stages taken one by one, for trainings and evaluations that need what lies between two of them: a stream's ticks
/// are encoded, as many as wait are prefilled, and a thought is drawn where one is wanted. Not thread-safe: one per thread.
/// </summary>
public sealed class StageRollout : IDisposable
{
    // One window at a time lies between prefill and plan.
    private const int Sessions = 1;

    private readonly EngineOptions _options;
    private readonly EngineStages _stages;
    private readonly List<EncodedFrame> _waiting = [];
    private readonly PrefillState _whole;
    private IngestState _ingest = new();
    private PrefillState _stream;

    public StageRollout(DrivingModel model, EngineOptions options)
    {
        _options = options.Validated();
        _stages = EngineStages.Of(model, options, Sessions);
        (_stream, _whole) = (new(options.FramesPerCamera), new(options.FramesPerCamera));
    }

    /// <summary>Forgets the stream: the next tick begins another one.</summary>
    public void Begin()
    {
        Drop();
        _stream.Dispose();
        (_ingest, _stream) = (new(), new(_options.FramesPerCamera));
    }

    /// <summary>Encodes a tick of the stream; it waits for the next prefill.</summary>
    public void Encode(FrameBundle tick)
    {
        _waiting.Add(_stages.Encoder.Encode(_stages.Ingest.Admit(_ingest, tick)));
    }

    /// <summary>Moves the ticks that wait into the window.</summary>
    /// <returns>Null while the first window is collected.</returns>
    public PrefilledWindow? Prefill()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var window = _stages.Prefill.Prefill(_stream, _waiting);
        _waiting.Clear();
        return window;
    }

    /// <summary>Encodes and prefills a whole window, whatever the stream holds.</summary>
    public PrefilledWindow Whole(IngestedWindow window)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var newest = window.Newest;
        using var encoded = ((StreamingEncoderStage)_stages.Encoder).Encode(window);
        var facts = new FrameFacts(
            newest.FrameId, newest.TickMicroseconds, [.. newest.Frames.Select(f => f.CameraIndex)], newest.History, newest.Navigation, false, 0, "whole");
        return ((StreamPrefillStage)_stages.Prefill).Whole(_whole, new(facts, window.Ticks.Count, 0, false, "whole"), encoded.Grids, encoded.Features);
    }

    /// <summary>Draws a window's thought and writes all of it, the hand-over token included.</summary>
    /// <param name="window">Ownership passes to the session.</param>
    /// <param name="seed">Of the thought and of the flow's noise.</param>
    /// <param name="reasoning">Other than the rollout's own.</param>
    public FrameSession Think(PrefilledWindow window, ulong seed, ReasoningOptions? reasoning = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var session = new FrameSession(window, reasoning is null ? _options : _options with { Reasoning = reasoning }, seed);
        try
        {
            for (var goOn = true; goOn;)
            {
                var draft = _stages.Routine.Propose(session);
                using var scores = _stages.Deliberative.Score(session, draft);
                goOn = _stages.Verifier.Accept(session, draft, scores);
            }
            _stages.Deliberative.Settle(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Takes a stream's ticks through encoder and prefill as planned.</summary>
    /// <param name="tickAt">Ticks by number, from 0.</param>
    /// <param name="atLoss">Gets the windows that the plan names and owns them; the others are dropped.</param>
    internal void Run(Func<int, FrameBundle> tickAt, RolloutPlan plan, Action<PrefilledWindow, FrameBundle> atLoss)
    {
        Begin();
        var (tick, next) = (0, 0);
        for (var w = 0; w < plan.Inserts.Length; w++)
        {
            FrameBundle? newest = null;
            for (var i = 0; i < plan.Inserts[w]; i++) Encode(newest = tickAt(tick++));
            var window = Prefill() ?? throw new InvalidOperationException($"window {w} of the rollout is not whole after tick {tick - 1}");
            if (next < plan.LossWindows.Length && plan.LossWindows[next] == w)
            {
                next++;
                atLoss(window, newest!);
            }
            else window.Dispose();
        }
    }

    public void Dispose()
    {
        Drop();
        _stream.Dispose();
        _whole.Dispose();
    }

    private void Drop()
    {
        foreach (var frame in _waiting) frame.Dispose();
        _waiting.Clear();
    }
}
