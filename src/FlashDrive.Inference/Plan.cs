using FlashDrive.Driving;

namespace FlashDrive.Inference;

/// <summary>One chain of thought.</summary>
/// <param name="Text">The sentence, markers removed.</param>
/// <param name="Tokens">Token ids, the end of the thought and the start of the trajectory included.</param>
/// <param name="Completed">The target ended it, neither the budget nor the end of the turn.</param>
public sealed record Thought(string Text, IReadOnlyList<int> Tokens, bool Completed)
{
    /// <summary>Where each token came from: <c>target</c>, <c>rule</c>, or the name of the drafter whose proposal was taken.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The sentence cut where the source of its tokens changes.</summary>
    public IReadOnlyList<ThoughtPiece> Pieces { get; init; } = [];

    /// <summary>The budget closed it.</summary>
    public bool Closed { get; init; }
}

/// <summary>A part of a sentence whose tokens have one source.</summary>
public readonly record struct ThoughtPiece(string Text, string Source);

/// <summary>What the engine decided at one tick.</summary>
/// <param name="TickMicroseconds">Time of the newest frame, the origin of the trajectories.</param>
/// <param name="Thoughts">One for all trajectories, or one each.</param>
/// <param name="Trajectories">Samples of the flow, in the ego frame at the tick.</param>
/// <param name="Actions">[samples, 64, 2] normalised (acceleration, curvature), row-major.</param>
/// <param name="Patched">A repeated camera frame is in the window.</param>
/// <param name="ColdReason">Why the window was restarted just before, or null.</param>
public sealed record Plan(
    long FrameId, long TickMicroseconds, IReadOnlyList<Thought> Thoughts, IReadOnlyList<Trajectory> Trajectories, float[] Actions,
    bool Patched, string? ColdReason)
{
    /// <summary>The first thought's sentence.</summary>
    public string Reasoning => Thoughts[0].Text;
}
