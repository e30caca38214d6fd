using FlashDrive.Runtime.Simulation;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Simulation;

/// <summary>Five actors that pass messages around a ring and sometimes fork them, under crashes and delays; one is stopped halfway.</summary>
internal sealed class Network
{
    private const int Actors = 5, Capacity = 512;

    private readonly IActorRef<Job>[] _actors = new IActorRef<Job>[Actors];

    private Network(ulong seed, bool keepLog) => Host = new SimulatedHost(seed, new SimulationSettings
    {
        KeepLog = keepLog,
        ServiceTime = (actor, _) => TimeSpan.FromMilliseconds(actor[^1] - '0'),
        Faults = new SimulationFaults { Rates = new FaultRates(CrashBefore: 15, CrashDuring: 15, CrashAfter: 15, Delay: 100, MaxDelay: TimeSpan.FromMilliseconds(20)) },
    });

    public SimulatedHost Host { get; }

    public long Told { get; private set; }

    public long Handled { get; private set; }

    public long Failed { get; private set; }

    public long FailedInHand { get; private set; }

    public static Network Run(ulong seed, bool keepLog = false)
    {
        var network = new Network(seed, keepLog);
        network.Run();
        return network;
    }

    private void Run()
    {
        var policy = new SupervisionPolicy
        {
            FirstBackoff = TimeSpan.FromMilliseconds(1),
            MaxBackoff = TimeSpan.FromMilliseconds(8),
            Failed = failure =>
            {
                Failed++;
                if (failure.Message is not null) FailedInHand++;
            },
        };
        for (var i = 0; i < Actors; i++)
        {
            var self = i;
            _actors[i] = Host.Spawn<Job>(new($"actor {i}", Capacity) { Supervision = policy }, () => new Scripted<Job>(job => Handle(self, job)));
        }
        Host.AfterHandling = (_, _) => Handled++;
        for (var i = 0; i < 2 * Actors; i++) Tell(i % Actors, new Job(12));
        Host.RunFor(TimeSpan.FromMilliseconds(30));
        Host.Stop(_actors[3]);
        Host.RunUntilIdle(100_000);
        Host.Dispose();
    }

    private void Handle(int self, Job job)
    {
        Host.FaultPoint("halfway");
        if (job.Left == 0) return;
        Tell((self + 1) % Actors, new Job(job.Left - 1));
        if (job.Left % 4 == 0) Tell((self + 2) % Actors, new Job(job.Left - 2));
    }

    private void Tell(int actor, Job job)
    {
        Told++;
        _actors[actor].Tell(job);
    }

    private readonly record struct Job(int Left);
}
