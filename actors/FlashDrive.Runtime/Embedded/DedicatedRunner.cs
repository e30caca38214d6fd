namespace FlashDrive.Runtime.Embedded;

/// <summary>Runs one actor on a background thread of its own, which sleeps while the actor is idle.</summary>
internal sealed class DedicatedRunner : ActorRunner
{
    private readonly WakeSignal _signal = WakeSignal.Create();
    private readonly ActorCell _cell;
    private readonly Thread _thread;

    public DedicatedRunner(ActorCell cell)
    {
        _cell = cell;
        _thread = new Thread(Run) { Name = cell.Name, IsBackground = true };
        _thread.UnsafeStart();
    }

    public override void Schedule() => _signal.Set();

    public override bool Join(TimeSpan wait) => _thread.Join(wait);

    private void Run()
    {
        do
        {
            _signal.Wait();
            TurnEnd end;
            do
            {
                end = _cell.Turn(int.MaxValue);
                if (end == TurnEnd.Ended) return;
            }
            while (end == TurnEnd.More || !_cell.TryRest());
        }
        while (true);
    }
}
