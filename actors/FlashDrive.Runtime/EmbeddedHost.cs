using FlashDrive.Runtime.Embedded;
using FlashDrive.Runtime.Lifecycle;

namespace FlashDrive.Runtime;

/// <summary>
/// Runs actors in this process: computing ones on threads of their own, book-keeping ones on the thread pool. A message costs no
/// allocation, an idle actor no CPU. Actors are made in their own turn, so a throw there is a failure like any other.
/// </summary>
/// <param name="clock">Time of back-offs, budgets and timers.</param>
public sealed class EmbeddedHost(TimeProvider clock) : IActorHost
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ActorCell> _cells = [];
    private long _deadLetters;
    private long _wakesOfEnded;
    private int _ending;
    private bool _disposed;

    public TimeProvider Clock => clock;

    public long DeadLetters => Volatile.Read(ref _deadLetters);

    /// <summary>Real time that <see cref="Dispose"/> waits for an actor to finish the message in hand.</summary>
    public TimeSpan StopWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// True when no actor had anything to do at some moment during the call, provided that nobody outside sends or lets time pass.
    /// An actor that was idle when looked at and woken by one looked at later shows in the second look.
    /// </summary>
    internal bool IsQuiet => Look() is { } first && Look() == first;

    public IActorRef<T> Spawn<T>(ActorSettings settings, Func<IActor<T>> create)
    {
        SpawnRules.Check(settings, create);
        var cell = new ActorCell<T>(this, settings, create);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_cells.TryAdd(settings.Name, cell)) throw SpawnRules.NameTaken(settings.Name);
            cell.Runner = settings.Threading == ActorThreading.Dedicated ? new DedicatedRunner(cell) : new PooledRunner(cell);
        }
        cell.Wake();
        return cell;
    }

    public void Watch<T>(IActorRef subject, IActorRef<T> watcher, T notice)
    {
        ArgumentNullException.ThrowIfNull(watcher);
        Own(subject).WhenStopped(() => watcher.Tell(notice));
    }

    public void Stop(IActorRef actor) => Own(actor).RequestStop();

    /// <summary>Stops every actor and waits until each has finished its message in hand and ended.</summary>
    /// <exception cref="TimeoutException">An actor was still at its message after <see cref="StopWait"/>; names all that were.</exception>
    public void Dispose()
    {
        ActorCell[] cells;
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            cells = [.. _cells.Values];
        }
        foreach (var cell in cells) cell.RequestStop();
        // All end at the same time, so after one that did not, the others have had the same wait.
        List<string> stuck = [];
        foreach (var cell in cells)
            if (!cell.Runner.Join(stuck.Count == 0 ? StopWait : TimeSpan.Zero))
                stuck.Add(cell.Name);
        if (stuck.Count > 0)
            throw new TimeoutException($"still at the message in hand {StopWait.TotalSeconds:0.#} s after they were told to stop: {string.Join(", ", stuck)}");
    }

    internal void AddDeadLetter<T>(T message)
    {
        (message as IDisposable)?.Dispose();
        Interlocked.Increment(ref _deadLetters);
    }

    /// <summary>Takes the actor off the list before its watchers are told, so that they may spawn its successor by the same name.</summary>
    internal void BeginEnd(ActorCell cell)
    {
        lock (_lock)
        {
            _cells.Remove(cell.Name);
            _wakesOfEnded += cell.Wakes;
            _ending++;
        }
    }

    internal void FinishEnd()
    {
        lock (_lock) _ending--;
    }

    private ActorCell Own(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor is ActorCell cell && cell.Host == this ? cell : throw SpawnRules.Foreign(actor);
    }

    private long? Look()
    {
        lock (_lock)
        {
            if (_ending > 0) return null;
            var wakes = _wakesOfEnded;
            foreach (var cell in _cells.Values)
            {
                if (!cell.IsIdle) return null;
                wakes += cell.Wakes;
            }
            return wakes;
        }
    }
}
