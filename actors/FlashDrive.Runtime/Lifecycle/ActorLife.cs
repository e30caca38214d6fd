namespace FlashDrive.Runtime.Lifecycle;

/// <summary>
/// The life of one actor under its policy, without threads or mailbox: every host runs it in the actor's turns and obeys the
/// <see cref="LifeStep"/> it returns.
/// </summary>
internal sealed class ActorLife<T>(ActorSettings settings, Func<IActor<T>> create, TimeProvider clock)
{
    private readonly SupervisionPolicy _policy = settings.Supervision;
    private readonly FailureWindow _failures = new(settings.Supervision, clock);
    private IActor<T>? _actor;
    private long _restarts;

    public long Restarts => Volatile.Read(ref _restarts);

    public LifeStep Start()
    {
        try
        {
            _actor = create() ?? throw new InvalidOperationException($"the function that makes '{settings.Name}' returned null");
            _actor.Started();
            return LifeStep.Run;
        }
        catch (Exception cause)
        {
            return Fail(null, cause);
        }
    }

    public LifeStep Restart()
    {
        Volatile.Write(ref _restarts, _restarts + 1);
        return Start();
    }

    /// <param name="threw">Whether the handler did: also true when the policy says to resume.</param>
    public LifeStep Handle(T message, out bool threw)
    {
        try
        {
            _actor!.Handle(message);
            threw = false;
            return LifeStep.Run;
        }
        catch (Exception cause)
        {
            threw = true;
            return Fail(message, cause);
        }
    }

    /// <summary>Tells of the failure, disposes the message in hand, then decides: in this order, so that who is told still sees a live message.</summary>
    public LifeStep Fail(object? message, Exception cause)
    {
        var failure = new ActorFailure(settings.Name, message, cause, _failures.Add());
        _policy.Failed?.Invoke(failure);
        (message as IDisposable)?.Dispose();
        switch (_failures.IsSpent ? _policy.WhenSpent : _policy.Decide(failure))
        {
            case SupervisionDirective.Resume when _actor is not null:
                return LifeStep.Run;
            case SupervisionDirective.Resume or SupervisionDirective.Restart:
                End();
                return new LifeStep(LifeStepKind.Restart, _failures.Backoff());
            case SupervisionDirective.Escalate:
                _policy.Escalated?.Invoke(failure);
                return LifeStep.End;
            default:
                return LifeStep.End;
        }
    }

    /// <summary>Tells the actor that it ends. Its throw is told and changes nothing: it ends all the same.</summary>
    public void End()
    {
        var actor = _actor;
        _actor = null;
        try
        {
            actor?.Stopped();
        }
        catch (Exception cause)
        {
            Report(cause);
        }
    }

    /// <summary>Tells of a failure that nothing follows from.</summary>
    public void Report(Exception cause) => _policy.Failed?.Invoke(new ActorFailure(settings.Name, null, cause, _failures.Add()));
}
