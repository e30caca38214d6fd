namespace FlashDrive.Runtime.Simulation;

/// <summary>What happens next: among all that is due at the present virtual time, the seed chooses; when nothing is, time moves.</summary>
internal sealed class Agenda(SplitMix64 choices, EventLog log)
{
    private readonly List<Entry> _due = [];
    private readonly PriorityQueue<Entry, (long At, long Order)> _later = new();
    private long _posts;

    /// <summary>Ticks since the simulation began.</summary>
    public long Now { get; private set; }

    /// <summary>Tasks that stand on the agenda, background ones not counted.</summary>
    public int Foreground { get; private set; }

    public void Post(SimulatedTask task, long at)
    {
        if (task.IsPosted) throw new InvalidOperationException($"'{task.Name}' already stands on the agenda");
        task.IsPosted = true;
        if (!task.IsBackground) Foreground++;
        var entry = new Entry(task, task.Version);
        if (at <= Now) _due.Add(entry);
        else _later.Enqueue(entry, (at, _posts++));
    }

    /// <summary>Takes the task off. Call it before anything that changes <see cref="SimulatedTask.IsBackground"/>.</summary>
    public void Cancel(SimulatedTask task)
    {
        if (!task.IsPosted) return;
        TakeOff(task);
    }

    /// <summary>Runs one task due no later than <paramref name="limit"/>; false when there is none.</summary>
    public bool RunNext(long limit)
    {
        while (true)
        {
            while (_due.Count > 0)
            {
                var task = TakeOneDue();
                if (task is null) continue;
                task.Run();
                return true;
            }
            if (!MoveTime(limit)) return false;
        }
    }

    /// <summary>Lets time pass to <paramref name="at"/> when nothing is due before.</summary>
    public void SkipTo(long at)
    {
        if (at <= Now) return;
        Now = at;
        log.Add(SimulationEvent.Time, 0, at);
    }

    private SimulatedTask? TakeOneDue()
    {
        var index = _due.Count == 1 ? 0 : (int)choices.Below(_due.Count);
        var entry = _due[index];
        _due[index] = _due[^1];
        _due.RemoveAt(_due.Count - 1);
        if (!entry.Stands) return null;
        TakeOff(entry.Task);
        return entry.Task;
    }

    private bool MoveTime(long limit)
    {
        while (_later.TryPeek(out var entry, out var key))
        {
            if (!entry.Stands)
            {
                _later.Dequeue();
                continue;
            }
            if (key.At > limit) return false;
            SkipTo(key.At);
            while (_later.TryPeek(out entry, out key) && key.At == Now)
            {
                _later.Dequeue();
                if (entry.Stands) _due.Add(entry);
            }
            return true;
        }
        return false;
    }

    private void TakeOff(SimulatedTask task)
    {
        task.IsPosted = false;
        task.Version++;
        if (!task.IsBackground) Foreground--;
    }

    private readonly record struct Entry(SimulatedTask Task, int Version)
    {
        public bool Stands => Task.IsPosted && Task.Version == Version;
    }
}
