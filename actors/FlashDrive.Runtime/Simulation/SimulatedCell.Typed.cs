using FlashDrive.Runtime.Lifecycle;

namespace FlashDrive.Runtime.Simulation;

/// <summary>One simulated actor with its mailbox. A turn that takes time is two events: taking the message, and handling it.</summary>
internal sealed class SimulatedCell<T>(SimulatedHost host, ActorSettings settings, Func<IActor<T>> create, int number)
    : SimulatedCell(host, settings, number), IActorRef<T>
{
    private readonly Queue<T> _mailbox = new();
    private readonly ActorLife<T> _life = new(settings, create, host.Clock);
    private readonly Watchers _watchers = new();
    private State _state = State.New;
    private bool _closed;
    private T? _inHand;
    private InjectedFault _fault;
    private long _taken;

    private enum State
    {
        New,
        Running,
        Busy,
        BackingOff,
        Ended,
    }

    public override int Depth => _mailbox.Count;

    public long Restarts => _life.Restarts;

    public override bool IsStopped => _state == State.Ended;

    public void Tell(T message)
    {
        if (_closed)
        {
            Bury(message);
            return;
        }
        if (_mailbox.Count == Capacity) throw new MailboxFullException(Name, Capacity);
        _mailbox.Enqueue(message);
        if (_mailbox.Count > HighWater) HighWater = _mailbox.Count;
        Host.Events.Add(SimulationEvent.Tell, Number, Host.Sender);
        if (_state == State.Running && !IsPosted && Host.Current != this) Host.Agenda.Post(this, 0);
    }

    /// <summary>Puts the first turn on the agenda.</summary>
    public void Begin()
    {
        Host.Events.Add(SimulationEvent.Spawn, Number, Capacity);
        Host.Agenda.Post(this, 0);
    }

    public override void RequestStop()
    {
        if (_closed) return;
        _closed = true;
        if (_state == State.Busy || Host.Current == this) return;
        Host.Agenda.Cancel(this);
        Host.Agenda.Post(this, 0);
    }

    public override void WhenStopped(Action send) => _watchers.Add(send);

    public override void Abandon()
    {
        if (_state == State.Ended) return;
        Host.Agenda.Cancel(this);
        _closed = true;
        if (_state == State.Busy) Bury(_inHand!);
        End();
    }

    public override void Run()
    {
        Host.Enter(this);
        try
        {
            if (_state == State.Busy) Obey(Handle());
            else if (!_closed) Obey(Turn());
            if (_closed && _state != State.Busy) End();
        }
        finally
        {
            Host.Leave();
        }
        if (_state == State.Running && _mailbox.Count > 0) Host.Agenda.Post(this, 0);
    }

    private LifeStep? Turn()
    {
        if (_state == State.Running) return Take();
        Host.Events.Add(SimulationEvent.Started, Number, _state == State.New ? 0 : _life.Restarts + 1);
        return _state == State.New ? _life.Start() : _life.Restart();
    }

    private LifeStep? Take()
    {
        _inHand = _mailbox.Dequeue();
        _taken++;
        _fault = Host.DecideFault(Name, _inHand, _taken);
        var ticks = Host.ServiceTicks(Name, _inHand) + _fault.Delay.Ticks;
        Host.Events.Add(SimulationEvent.Taken, Number, ticks);
        if (ticks == 0) return Handle();
        _state = State.Busy;
        Host.Agenda.Post(this, Host.Agenda.Now + ticks);
        return null;
    }

    private LifeStep Handle()
    {
        var message = _inHand!;
        _inHand = default;
        _state = State.Running;
        if (_fault.Crash == CrashPoint.Before) return _life.Fail(message, Host.Crash(Name, Number, CrashPoint.Before));
        Host.Events.Add(SimulationEvent.Handled, Number, _taken);
        Host.Arm(_fault);
        Host.BeforeHandling?.Invoke(Name, message);
        var step = _life.Handle(message, out var threw);
        Host.Disarm();
        if (threw) return step;
        Host.AfterHandling?.Invoke(Name, message);
        return _fault.Crash == CrashPoint.After ? _life.Fail(null, Host.Crash(Name, Number, CrashPoint.After)) : step;
    }

    private void Obey(LifeStep? step)
    {
        if (step is not { } next) return;
        _state = next.Kind == LifeStepKind.Restart ? State.BackingOff : State.Running;
        if (next.Kind == LifeStepKind.End) _closed = true;
        else if (next.Kind == LifeStepKind.Restart && !_closed) Host.Agenda.Post(this, Host.Agenda.Now + next.Backoff.Ticks);
    }

    private void End()
    {
        _life.End();
        while (_mailbox.TryDequeue(out var message)) Bury(message);
        _state = State.Ended;
        Host.Events.Add(SimulationEvent.Stopped, Number, 0);
        Host.Forget(this);
        _watchers.TellAll(_life.Report);
    }

    private void Bury(T message)
    {
        Host.Events.Add(SimulationEvent.DeadLetter, Number, Host.Sender);
        Host.AddDeadLetter(message);
    }
}
