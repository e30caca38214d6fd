namespace FlashDrive.Runtime.Tests;

public class EmbeddedSmokeTests
{
    [Theory]
    [InlineData(ActorThreading.Dedicated)]
    [InlineData(ActorThreading.Pooled)]
    public void A_ring_of_two_passes_a_thousand_messages(ActorThreading threading)
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        using var done = new ManualResetEventSlim();
        IActorRef<int> a = null!, b = null!;
        a = host.Spawn(new ActorSettings("a", 4) { Threading = threading }, () => new Hop(n => b.Tell(n)));
        b = host.Spawn(new ActorSettings("b", 4) { Threading = threading }, () => new Hop(n => { if (n == 1000) done.Set(); else a.Tell(n + 1); }));
        a.Tell(1);
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));
        Assert.True(SpinWait.SpinUntil(() => host.IsQuiet, TimeSpan.FromSeconds(30)));
    }

    private sealed class Hop(Action<int> handle) : IActor<int>
    {
        public void Handle(int message) => handle(message);
    }
}
