using FlashDrive.Inference;
using FlashDrive.Runtime;
using FlashDrive.Runtime.Stalls;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests.Stalls;

/// <summary>Takes every thread of the real thread pool, so nothing else of this process may run beside it.</summary>
[Collection(nameof(StarvedPoolTests))]
public class StarvedPoolTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    [Fact]
    public void With_every_pool_thread_taken_plans_go_on_and_the_standstill_of_the_pool_is_told()
    {
        using var release = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        var stalls = new List<Stall>();
        ThreadPool.GetMaxThreads(out var workers, out var ports);
        ThreadPool.GetMinThreads(out var least, out _);
        ThreadPool.SetMaxThreads(least, ports);
        // More than the pool has threads for: they stand in its queue before whatever comes later.
        using var returned = new CountdownEvent(4 * least);
        try
        {
            for (var i = 0; i < returned.InitialCount; i++)
                ThreadPool.UnsafeQueueUserWorkItem(_ =>
                {
                    release.Wait();
                    returned.Signal();
                }, null);

            using var watch = new StallWatch(TimeProvider.System, stall =>
            {
                lock (stalls) stalls.Add(stall);
                if (stall.Kind == StallKind.ThreadPool) told.Set();
            });
            var standIns = new StandInOptions(StandInOptions.TwoFrames, Sessions: 2);
            using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), StandInStages.Create(standIns), new(standIns.Engine));
            var stream = engine.Open(new("starved", Seed: 1));
            foreach (var tick in Enumerable.Range(0, 50).Select(i => StandInFrames.Tick(1, i)))
            {
                stream.WaitForRoom(CancellationToken.None);
                stream.Offer(tick);
            }
            Assert.True(stream.WaitUntilIdle(Bound), "no plans without the thread pool");
            Assert.Equal(50, stream.Lane.Counts.Ended);
            Assert.True(told.Wait(Bound), "the starved pool was not noticed");
        }
        finally
        {
            release.Set();
            ThreadPool.SetMaxThreads(workers, ports);
            Assert.True(returned.Wait(Bound), "the pool's threads did not come back");
        }
        lock (stalls) Assert.All(stalls, stall => Assert.True(stall.Duration > StallWatch.DefaultBound && stall.Collecting <= stall.Duration));
    }
}

[CollectionDefinition(nameof(StarvedPoolTests), DisableParallelization = true)]
public class StarvedPoolDefinition;
