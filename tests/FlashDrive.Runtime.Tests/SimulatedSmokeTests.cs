using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Runtime.Tests;

public class SimulatedSmokeTests
{
    [Fact]
    public void A_ring_of_two_passes_messages_and_the_same_seed_gives_the_same_log()
    {
        Assert.Equal(Run(7).Log, Run(7).Log);
        Assert.Equal(Run(7).LogHash, Run(7).LogHash);
        Assert.NotEqual(Run(7).LogHash, Run(8).LogHash);
    }

    private static SimulatedHost Run(ulong seed)
    {
        using var host = new SimulatedHost(seed, new SimulationSettings
        {
            KeepLog = true,
            ServiceTime = (_, m) => TimeSpan.FromMilliseconds((int)m % 3),
            Faults = new SimulationFaults { Rates = new FaultRates(CrashBefore: 10, CrashAfter: 10, Delay: 100, MaxDelay: TimeSpan.FromSeconds(1)) },
        });
        var handled = 0;
        IActorRef<int> a = null!, b = null!;
        a = host.Spawn(new ActorSettings("a", 16), () => new Hop(n => { handled++; b.Tell(n); }));
        b = host.Spawn(new ActorSettings("b", 16), () => new Hop(n => { handled++; if (n < 1000) a.Tell(n + 1); }));
        for (var i = 0; i < 10; i++) a.Tell(i);
        host.RunUntilIdle(1_000_000);
        Assert.True(handled > 100);
        return host;
    }

    private sealed class Hop(Action<int> handle) : IActor<int>
    {
        public void Handle(int message) => handle(message);
    }
}
