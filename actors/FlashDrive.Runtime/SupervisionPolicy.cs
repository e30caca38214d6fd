namespace FlashDrive.Runtime;

/// <summary>What to do with an actor whose handler threw.</summary>
public enum SupervisionDirective
{
    /// <summary>Keep the actor as it is.</summary>
    Resume,

    /// <summary>Make a new one over the same mailbox, after a back-off.</summary>
    Restart,

    /// <summary>End it.</summary>
    Stop,

    /// <summary>Hand the failure to <see cref="SupervisionPolicy.Escalated"/> and end it.</summary>
    Escalate,
}

/// <summary>A throw of an actor.</summary>
/// <param name="Message">The message in hand, disposed after the failure was told; null when it threw with none in hand.</param>
/// <param name="Failures">Failures of this actor within the policy's budget time, this one included.</param>
public sealed record ActorFailure(string Actor, object? Message, Exception Cause, int Failures);

/// <summary>
/// Decides over a failed actor. The message in hand is never handled again. Back-off doubles from <see cref="FirstBackoff"/> to
/// <see cref="MaxBackoff"/> with the failures in the budget's time; the mailbox stays and fills meanwhile.
/// </summary>
public sealed record SupervisionPolicy
{
    /// <summary>Restarts without waiting, always.</summary>
    public static readonly SupervisionPolicy Default = new();

    public Func<ActorFailure, SupervisionDirective> Decide { get; init; } = static _ => SupervisionDirective.Restart;

    public TimeSpan FirstBackoff { get; init; } = TimeSpan.Zero;

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most failures within <see cref="BudgetTime"/>; one more and <see cref="WhenSpent"/> is done instead.</summary>
    public int Budget { get; init; } = int.MaxValue;

    public TimeSpan BudgetTime { get; init; } = TimeSpan.FromSeconds(60);

    public SupervisionDirective WhenSpent { get; init; } = SupervisionDirective.Escalate;

    /// <summary>Told of every failure, in the failed actor's turn, before its message is disposed. Must not throw.</summary>
    public Action<ActorFailure>? Failed { get; init; }

    /// <summary>Told of failures that nobody here may decide over. Must not throw.</summary>
    public Action<ActorFailure>? Escalated { get; init; }
}
