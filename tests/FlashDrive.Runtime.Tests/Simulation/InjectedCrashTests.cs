using FlashDrive.Runtime.Simulation;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Simulation;

public class InjectedCrashTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly List<string> _lines = [];

    [Fact]
    public void A_crash_before_handling_disposes_the_message_unhandled()
    {
        var (parcels, host) = Run(_ => new InjectedFault(CrashPoint.Before));
        Assert.Equal(["failed with 2: simulated crash of 'a' before handling"], _lines.Where(line => line.StartsWith("failed", StringComparison.Ordinal)));
        Assert.DoesNotContain("begins 2", _lines);
        Assert.Equal([0, 1, 0], parcels.Select(parcel => parcel.Disposals));
        Assert.Equal(["begins 3", "between 3", "ends 3"], _lines[^3..]);
        Assert.Equal(0, host.DeadLetters);
    }

    [Fact]
    public void A_crash_during_handling_disposes_the_message_half_handled()
    {
        var (parcels, _) = Run(_ => new InjectedFault(CrashPoint.During));
        Assert.Equal(["begins 2", "failed with 2: simulated crash of 'a' during handling, at 'first'"], _lines[3..5]);
        Assert.Equal([0, 1, 0], parcels.Select(parcel => parcel.Disposals));
    }

    [Fact]
    public void A_crash_during_handling_comes_at_the_fault_point_it_names()
    {
        Run(_ => new InjectedFault(CrashPoint.During, At: "second"));
        Assert.Equal(["begins 2", "between 2", "failed with 2: simulated crash of 'a' during handling, at 'second'"], _lines[3..6]);
    }

    [Fact]
    public void A_crash_after_handling_has_no_message_in_hand()
    {
        var (parcels, _) = Run(_ => new InjectedFault(CrashPoint.After));
        Assert.Equal(["begins 2", "between 2", "ends 2", "failed with nothing: simulated crash of 'a' after handling"], _lines[3..7]);
        Assert.Equal([0, 0, 0], parcels.Select(parcel => parcel.Disposals));
    }

    [Fact]
    public void A_delay_adds_to_the_time_of_a_message()
    {
        var (_, host) = Run(_ => new InjectedFault(CrashPoint.None, 3 * Second));
        Assert.Equal(3 * Second, host.Now);
        Assert.Equal(["ends 1", "ends 2", "ends 3"], _lines.Where(line => line.StartsWith("ends", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(CrashPoint.Before)]
    [InlineData(CrashPoint.During)]
    [InlineData(CrashPoint.After)]
    public void Rates_crash_about_as_many_messages_as_they_say(CrashPoint point)
    {
        var rates = point switch
        {
            CrashPoint.Before => new FaultRates(CrashBefore: 100),
            CrashPoint.During => new FaultRates(CrashDuring: 100),
            _ => new FaultRates(CrashAfter: 100),
        };
        var crashes = 0;
        using var host = new SimulatedHost(11, new SimulationSettings { Faults = new SimulationFaults { RatesOf = new Dictionary<string, FaultRates> { ["a"] = rates } } });
        var policy = new SupervisionPolicy { Failed = failure => crashes += Assert.IsType<SimulatedCrashException>(failure.Cause).Point == point ? 1 : 0 };
        foreach (var name in (string[])["a", "b"])
        {
            var actor = host.Spawn<int>(new(name, 1000) { Supervision = policy }, () => new Scripted<int>(_ => host.FaultPoint("here")));
            for (var i = 0; i < 1000; i++) actor.Tell(i);
        }
        host.RunUntilIdle(10_000);
        // 100 in a thousand of a's, none of b's: five standard deviations around it.
        Assert.InRange(crashes, 55, 145);
    }

    [Fact]
    public void Faults_can_be_switched_off_while_the_simulation_runs()
    {
        var settings = new SimulationSettings { Faults = new SimulationFaults { Rates = new FaultRates(CrashBefore: 1000) } };
        using var host = new SimulatedHost(1, settings);
        var handled = 0;
        var actor = host.Spawn<int>(new("a", 8), () => new Scripted<int>(_ => handled++));
        for (var i = 0; i < 8; i++) actor.Tell(i);
        host.RunUntil(() => actor.Restarts == 3, Second);
        settings.Faults = SimulationFaults.None;
        host.RunUntilIdle(100);
        Assert.Equal((5, 3L), (handled, actor.Restarts));
    }

    [Fact]
    public void A_fault_point_outside_a_handling_does_nothing()
    {
        using var host = new SimulatedHost(1, new SimulationSettings { Faults = new SimulationFaults { Rates = new FaultRates(CrashDuring: 1000) } });
        host.FaultPoint("here");
    }

    /// <summary>Handles three messages, the second with a fault.</summary>
    private (Parcel[] Parcels, SimulatedHost Host) Run(Func<object, InjectedFault> fault)
    {
        var host = new SimulatedHost(7, new SimulationSettings
        {
            Faults = new SimulationFaults { Decide = (actor, message, number) => actor == "a" && number == 2 ? fault(message) : default },
        });
        var policy = new SupervisionPolicy { Failed = failure => _lines.Add($"failed with {failure.Message ?? "nothing"}: {failure.Cause.Message}") };
        var actor = host.Spawn<Parcel>(new("a", 3) { Supervision = policy }, () => new Scripted<Parcel>(parcel =>
        {
            _lines.Add($"begins {parcel}");
            host.FaultPoint("first");
            _lines.Add($"between {parcel}");
            host.FaultPoint("second");
            _lines.Add($"ends {parcel}");
        }));
        Parcel[] parcels = [new("1"), new("2"), new("3")];
        foreach (var parcel in parcels) actor.Tell(parcel);
        host.RunUntilIdle(100);
        return (parcels, host);
    }
}
