using System.Threading.Channels;
using FlashDrive.Runtime.Lifecycle;

namespace FlashDrive.Runtime.Embedded;

/// <summary>One running actor with its mailbox.</summary>
internal sealed class ActorCell<T>(EmbeddedHost host, ActorSettings settings, Func<IActor<T>> create) : ActorCell, IActorRef<T>
{
    private readonly Channel<T> _mailbox = Channel.CreateBounded<T>(new BoundedChannelOptions(settings.Capacity) { SingleReader = true });
    private readonly ActorLife<T> _life = new(settings, create, host.Clock);
    private readonly Watchers _watchers = new();
    private State _state = State.New;
    private ITimer? _backoff;
    private volatile bool _restartDue;
    private volatile bool _closed;
    private volatile bool _ended;

    private enum State
    {
        New,
        Running,
        BackingOff,
    }

    public override string Name => settings.Name;

    public override EmbeddedHost Host => host;

    public int Depth => _mailbox.Reader.Count;

    public int Capacity => settings.Capacity;

    public long Restarts => _life.Restarts;

    public bool IsStopped => _ended;

    protected override bool HasWork => _closed || _state switch
    {
        State.New => true,
        State.BackingOff => _restartDue,
        _ => _mailbox.Reader.Count > 0,
    };

    public void Tell(T message)
    {
        if (_mailbox.Writer.TryWrite(message)) Wake();
        else if (_closed) host.AddDeadLetter(message);
        else throw new MailboxFullException(Name, Capacity);
    }

    public override void RequestStop()
    {
        // Closed before completed: a send that the channel refuses must see why.
        _closed = true;
        _mailbox.Writer.TryComplete();
        Wake();
    }

    public override void WhenStopped(Action send) => _watchers.Add(send);

    public override TurnEnd Turn(int most)
    {
        for (var i = 0; i < most; i++)
        {
            if (_closed)
            {
                End();
                return TurnEnd.Ended;
            }
            switch (_state)
            {
                case State.New:
                    Obey(_life.Start());
                    break;
                case State.BackingOff:
                    if (!_restartDue) return TurnEnd.Idle;
                    Obey(_life.Restart());
                    break;
                default:
                    if (!_mailbox.Reader.TryRead(out var message)) return TurnEnd.Idle;
                    Obey(_life.Handle(message, out _));
                    break;
            }
        }
        return TurnEnd.More;
    }

    private void Obey(LifeStep step)
    {
        _state = step.Kind == LifeStepKind.Restart ? State.BackingOff : State.Running;
        if (step.Kind == LifeStepKind.Run) return;
        if (step.Kind == LifeStepKind.End)
        {
            RequestStop();
            return;
        }
        _restartDue = step.Backoff == TimeSpan.Zero;
        if (_restartDue) return;
        _backoff?.Dispose();
        _backoff = host.Clock.CreateTimer(static cell => ((ActorCell<T>)cell!).RestartIsDue(), this, step.Backoff, Timeout.InfiniteTimeSpan);
    }

    private void RestartIsDue()
    {
        _restartDue = true;
        Wake();
    }

    /// <summary>Leaves the cell scheduled for ever, so that nothing runs it again.</summary>
    private void End()
    {
        _backoff?.Dispose();
        _life.End();
        // Again, because a turn may see the flag of RequestStop before that has completed the channel, and no send may come after the drain.
        _mailbox.Writer.TryComplete();
        while (_mailbox.Reader.TryRead(out var message)) host.AddDeadLetter(message);
        host.BeginEnd(this);
        _ended = true;
        _watchers.TellAll(_life.Report);
        host.FinishEnd();
    }
}
