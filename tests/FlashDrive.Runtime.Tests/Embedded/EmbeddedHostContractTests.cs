using FlashDrive.Runtime.Tests.Contract;
using Microsoft.Extensions.Time.Testing;

namespace FlashDrive.Runtime.Tests.Embedded;

/// <summary>The contract, kept by the host that runs threads.</summary>
public class EmbeddedHostContractTests : ActorHostContract
{
    private readonly FakeTimeProvider _time = new();

    protected override IActorHost CreateHost() => new EmbeddedHost(_time);

    protected override void Settle() =>
        Assert.True(SpinWait.SpinUntil(() => ((EmbeddedHost)Host).IsQuiet, TimeSpan.FromSeconds(30)), "the actors did not come to rest within 30 s");

    protected override void Advance(TimeSpan time)
    {
        _time.Advance(time);
        Settle();
    }
}
