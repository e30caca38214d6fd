using FlashDrive.Runtime.Simulation;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Simulation;

/// <summary>The contract, kept by the host that runs in virtual time.</summary>
public class SimulatedHostContractTests : ActorHostContract
{
    protected override IActorHost CreateHost() => new SimulatedHost(seed: 7);

    protected override void Settle() => ((SimulatedHost)Host).RunFor(TimeSpan.Zero);

    protected override void Advance(TimeSpan time) => ((SimulatedHost)Host).RunFor(time);
}
