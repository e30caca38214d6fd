using FlashDrive.Driving;
using FlashDrive.Inference.Speculation;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// One frame from its prefill to its plan: the window's sessions, the frame's random numbers, and what was thought and drawn so far.
/// A thought per sample runs its samples one after another in it. It has one owner at a time, who disposes it.
/// </summary>
public sealed class FrameSession : IDisposable
{
    private readonly List<Thought> _thoughts = new(1);
    private int _drawn;

    /// <param name="window">Ownership passes to this object.</param>
    /// <param name="drafting">The stream's switch; without one every round is drafted.</param>
    public FrameSession(PrefilledWindow window, EngineOptions options, ulong seed, Func<bool>? isCancelled = null, DraftingSwitch? drafting = null)
    {
        (Window, Options, IsCancelled, Drafting) = (window, options, isCancelled, drafting);
        Random = new KeyedRandom(seed).At(window.Facts.Newest.FrameId);
        Actions = new float[options.Flow.Samples * 2 * Trajectory.Points];
    }

    public PrefilledWindow Window { get; }

    public EngineOptions Options { get; }

    /// <summary>Asked between decode rounds and flow steps.</summary>
    public Func<bool>? IsCancelled { get; }

    /// <summary>Turns the stream's drafting off and on.</summary>
    public DraftingSwitch? Drafting { get; }

    public ReasoningSession Session => Window.Session;

    public ReasoningSession? Unguided => Window.Unguided;

    /// <summary>Keyed by stream and frame.</summary>
    public KeyedRandom Random { get; }

    /// <summary>Generator of the present thought, keyed by its first sample.</summary>
    public KeyedRandom ThoughtRandom => Random.At((long)RandomPurpose.Thought).At(_drawn);

    /// <summary>Generator of the flow's noise.</summary>
    public KeyedRandom FlowRandom => Random.At((long)RandomPurpose.Flow);

    /// <summary>First sample of the present thought.</summary>
    public int FirstSample => _drawn;

    /// <summary>Samples that follow from the present thought.</summary>
    public int SamplesPerThought => Options.ThoughtPerSample ? 1 : Options.Flow.Samples;

    public IReadOnlyList<Thought> Thoughts => _thoughts;

    /// <summary>[samples, 64, 2] normalised; those drawn so far are filled.</summary>
    public float[] Actions { get; }

    /// <summary>Evaluations of the velocity field so far, over all branches.</summary>
    public int Evaluations { get; internal set; }

    /// <summary>Tokens proposed so far.</summary>
    public int Drafted { get; private set; }

    /// <summary>Proposed tokens taken so far.</summary>
    public int Accepted { get; private set; }

    /// <summary>Forward passes of the target so far, the prefill not among them.</summary>
    public int Forwards { get; private set; }

    /// <summary>Who proposed last.</summary>
    public string DraftSource { get; private set; } = DraftTokens.None.Source;

    /// <summary>Notes what became of a draft.</summary>
    public void Count(DraftTokens draft, int accepted)
    {
        (Drafted, Accepted) = (Drafted + draft.Tokens.Count, Accepted + accepted);
        if (draft.Tokens.Count == 0) return;
        DraftSource = draft.Source;
        Drafting?.Report(accepted);
    }

    internal void CountForward() => Forwards++;

    /// <summary>Closes the present thought with what follows from it and forgets its tokens when another is due.</summary>
    /// <returns>True when another thought is due.</returns>
    public bool Close(Thought thought)
    {
        _thoughts.Add(thought);
        _drawn += SamplesPerThought;
        if (_drawn >= Options.Flow.Samples) return false;
        Session.Restart();
        return true;
    }

    /// <exception cref="OperationCanceledException">The frame was cancelled.</exception>
    public void ThrowIfCancelled()
    {
        if (IsCancelled?.Invoke() == true) throw new OperationCanceledException($"frame {Window.Facts.Newest.FrameId} was cancelled");
    }

    public void Dispose() => Window.Dispose();
}
