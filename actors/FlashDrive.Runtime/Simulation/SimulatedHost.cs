using FlashDrive.Runtime.Lifecycle;

namespace FlashDrive.Runtime.Simulation;

/// <summary>
/// Runs actors in one thread and in virtual time. The same seed, settings and sends give the same events; another seed interleaves
/// the actors in another way. An actor handles one message at a time, in mailbox order; which of those that could go next does so is
/// chosen by the seed. A message that takes time is taken at once and handled when that time is over; others go on meanwhile.
/// </summary>
public sealed class SimulatedHost : IActorHost
{
    private readonly Dictionary<string, SimulatedCell> _living = [];
    private readonly List<SimulatedCell> _all = [];
    private readonly VirtualClock _clock;
    private readonly FaultInjector _faults;
    private bool _disposed;

    public SimulatedHost(ulong seed, SimulationSettings? settings = null)
    {
        Settings = settings ?? new SimulationSettings();
        var seeds = new SplitMix64(seed);
        Events = new EventLog(Settings.KeepLog, Settings.MostLogBytes);
        Agenda = new Agenda(new SplitMix64(seeds.Next()), Events);
        _clock = new VirtualClock(Agenda, Events);
        _faults = new FaultInjector(Settings, new SplitMix64(seeds.Next()));
    }

    public TimeProvider Clock => _clock;

    public long DeadLetters { get; private set; }

    public SimulationSettings Settings { get; }

    /// <summary>Virtual time since the simulation began.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(Agenda.Now);

    /// <summary>Events that happened.</summary>
    public long Steps { get; private set; }

    /// <summary>Of every event so far: equal for equal simulations.</summary>
    public ulong LogHash => Events.Hash;

    /// <summary>Every event so far, when <see cref="SimulationSettings.KeepLog"/> is set.</summary>
    public byte[] Log => Events.ToArray();

    /// <summary>Most messages that ever waited in each mailbox, by actor's name.</summary>
    public IReadOnlyDictionary<string, int> HighWaterMarks =>
        _all.GroupBy(cell => cell.Name).ToDictionary(cells => cells.Key, cells => cells.Max(cell => cell.HighWater));

    /// <summary>Called with the actor's name and the message right before Handle is.</summary>
    public Action<string, object>? BeforeHandling { get; set; }

    /// <summary>Called with the actor's name and the message when Handle has returned.</summary>
    public Action<string, object>? AfterHandling { get; set; }

    internal Agenda Agenda { get; }

    internal EventLog Events { get; }

    /// <summary>The actor whose turn it is.</summary>
    internal SimulatedCell? Current { get; private set; }

    /// <summary>1 + the number of the actor whose turn it is, else 0.</summary>
    internal int Sender => Current is { } cell ? cell.Number + 1 : 0;

    public IActorRef<T> Spawn<T>(ActorSettings settings, Func<IActor<T>> create)
    {
        SpawnRules.Check(settings, create);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var cell = new SimulatedCell<T>(this, settings, create, _all.Count);
        if (!_living.TryAdd(settings.Name, cell)) throw SpawnRules.NameTaken(settings.Name);
        _all.Add(cell);
        cell.Begin();
        return cell;
    }

    public void Watch<T>(IActorRef subject, IActorRef<T> watcher, T notice)
    {
        ArgumentNullException.ThrowIfNull(watcher);
        Own(subject).WhenStopped(() => watcher.Tell(notice));
    }

    public void Stop(IActorRef actor) => Own(actor).RequestStop();

    /// <summary>A place inside a handler where the simulation may crash it.</summary>
    /// <exception cref="SimulatedCrashException">It does.</exception>
    public void FaultPoint(string name)
    {
        if (Current is { } cell && _faults.CrashesAt(cell.Name, name)) throw Crash(cell.Name, cell.Number, CrashPoint.During, name);
    }

    /// <summary>
    /// Has <paramref name="arrive"/> called, in no actor, for each arrival at its time; those in the past at once. Arrivals at the same
    /// time keep their order.
    /// </summary>
    public void Feed<T>(IEnumerable<Arrival<T>> arrivals, Action<T> arrive)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        ArgumentNullException.ThrowIfNull(arrive);
        new EdgeFeed<T>(_clock, arrivals.GetEnumerator(), arrive).Next();
    }

    /// <summary>Lets one event happen, moving time to it; false when there is none.</summary>
    public bool Step() => StepUntil(long.MaxValue);

    /// <summary>Runs until nothing is left to happen but periodic timers.</summary>
    /// <exception cref="InvalidOperationException">More than <paramref name="maxSteps"/> events; names the actors that are busy.</exception>
    public void RunUntilIdle(long maxSteps)
    {
        for (var steps = 0L; Agenda.Foreground > 0; steps++)
        {
            if (steps == maxSteps) throw new InvalidOperationException($"not idle after {maxSteps} events, at {Now}; busy: {Busy()}");
            Step();
        }
    }

    /// <summary>Runs all that happens within the next <paramref name="time"/>, and lets it pass. Zero runs what is due now.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="SimulationSettings.MostSteps"/> events.</exception>
    public void RunFor(TimeSpan time)
    {
        var end = Agenda.Now + time.Ticks;
        for (var steps = 0L; StepUntil(end); steps++) CheckSteps(steps);
        Agenda.SkipTo(end);
    }

    /// <summary>Runs until <paramref name="condition"/> holds.</summary>
    /// <param name="limit">Virtual time that it may take.</param>
    /// <exception cref="TimeoutException">The limit has passed, or nothing is left to happen before it; names the actors that are busy.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var end = Agenda.Now + limit.Ticks;
        for (var steps = 0L; !condition(); steps++)
        {
            CheckSteps(steps);
            if (!StepUntil(end)) throw new TimeoutException($"the condition does not hold and nothing more happens within {limit}; now {Now}; busy: {Busy()}");
        }
    }

    /// <summary>Ends every actor in the order of spawning. A message in hand whose time is not over becomes a dead letter like those that wait.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var cell in _all) cell.Abandon();
    }

    internal void Enter(SimulatedCell cell) => Current = cell;

    internal void Leave() => Current = null;

    internal void Arm(InjectedFault fault) => _faults.Arm(fault);

    internal void Disarm() => _faults.Disarm();

    internal InjectedFault DecideFault<T>(string actor, T message, long number) => _faults.Decide(actor, message, number);

    internal long ServiceTicks<T>(string actor, T message)
    {
        if (Settings.ServiceTime is not { } serviceTime) return 0;
        var time = serviceTime(actor, message!);
        return time >= TimeSpan.Zero ? time.Ticks : throw new InvalidOperationException($"the service time of '{actor}' is negative: {time}");
    }

    internal SimulatedCrashException Crash(string actor, int number, CrashPoint point, string? faultPoint = null)
    {
        Events.Add(SimulationEvent.Crash, number, (long)point);
        return new SimulatedCrashException(actor, point, faultPoint);
    }

    internal void AddDeadLetter<T>(T message)
    {
        (message as IDisposable)?.Dispose();
        DeadLetters++;
    }

    internal void Forget(SimulatedCell cell) => _living.Remove(cell.Name);

    private bool StepUntil(long limit)
    {
        if (Current is { } cell) throw new InvalidOperationException($"'{cell.Name}' runs the simulation that runs it");
        if (!Agenda.RunNext(limit)) return false;
        Steps++;
        return true;
    }

    private void CheckSteps(long steps)
    {
        if (steps == Settings.MostSteps)
            throw new InvalidOperationException($"{steps} events and no end, at {Now}; busy: {Busy()}");
    }

    private string Busy()
    {
        var busy = _all.Where(cell => cell.IsPosted || cell.Depth > 0).Select(cell => $"{cell.Name} ({cell.Depth} waiting)").ToList();
        return busy.Count == 0 ? "no actor" : string.Join(", ", busy);
    }

    private SimulatedCell Own(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor is SimulatedCell cell && cell.Host == this ? cell : throw SpawnRules.Foreign(actor);
    }
}
