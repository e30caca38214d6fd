namespace FlashDrive.Runtime.Embedded;

/// <summary>Runs one actor on the thread pool, a share of messages at a time.</summary>
internal sealed class PooledRunner(ActorCell cell) : ActorRunner, IThreadPoolWorkItem
{
    /// <summary>Messages per turn: enough to spread the cost of being queued, few enough that other actors of the pool get their turns.</summary>
    public const int Share = 64;

    private readonly ManualResetEventSlim _ended = new(false);

    public override void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public override bool Join(TimeSpan wait) => _ended.Wait(wait);

    void IThreadPoolWorkItem.Execute()
    {
        var end = cell.Turn(Share);
        if (end == TurnEnd.Ended) _ended.Set();
        else if (end == TurnEnd.More || !cell.TryRest()) Schedule();
    }
}
