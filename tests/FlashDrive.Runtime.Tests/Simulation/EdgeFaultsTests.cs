using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Runtime.Tests.Simulation;

public class EdgeFaultsTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Without_faults_inputs_come_as_they_are()
    {
        var inputs = Inputs(100);
        var faulted = new EdgeFaults<int>(7, new EdgeFaultRates()).Apply(inputs);
        Assert.Equal(inputs, faulted.Arrivals);
        Assert.Empty(faulted.Lost);
    }

    [Fact]
    public void The_same_seed_spoils_in_the_same_way_and_another_in_another()
    {
        var rates = new EdgeFaultRates(100, 100, 100, 3 * Period);
        FaultedInputs<int> Apply(ulong seed) => new EdgeFaults<int>(seed, rates).Apply(Inputs(200));
        Assert.Equal(Apply(1).Arrivals, Apply(1).Arrivals);
        Assert.NotEqual(Apply(1).Arrivals, Apply(2).Arrivals);
    }

    [Fact]
    public void Every_input_comes_or_is_lost_or_comes_twice()
    {
        var faulted = new EdgeFaults<int>(3, new EdgeFaultRates(Loss: 200, Duplication: 100, Reordering: 300, MaxDelay: 3 * Period)).Apply(Inputs(1000));
        Assert.Equal(Enumerable.Range(0, 1000), faulted.Arrivals.Select(arrival => arrival.Item).Concat(faulted.Lost).Distinct().Order());
        Assert.Equal(1000, faulted.Arrivals.Count + faulted.Lost.Count - faulted.Duplicated);
        Assert.InRange(faulted.Lost.Count, 150, 250);
        Assert.InRange(faulted.Duplicated, 50, 120);
        Assert.InRange(faulted.Delayed, 180, 300);
    }

    [Fact]
    public void Delayed_inputs_are_overtaken_and_come_within_the_delay()
    {
        var faulted = new EdgeFaults<int>(5, new EdgeFaultRates(Reordering: 200, MaxDelay: 3 * Period)).Apply(Inputs(500));
        Assert.Equal(faulted.Arrivals.OrderBy(arrival => arrival.At), faulted.Arrivals);
        Assert.NotEqual(faulted.Arrivals.OrderBy(arrival => arrival.Item), faulted.Arrivals);
        Assert.All(faulted.Arrivals, arrival => Assert.InRange(arrival.At, arrival.Item * Period, (arrival.Item + 3) * Period));
    }

    [Fact]
    public void A_duplicate_is_a_copy_when_copies_can_be_made()
    {
        var faulted = new EdgeFaults<string>(1, new EdgeFaultRates(Duplication: 1000), item => item + "'").Apply([new(Period, "a"), new(2 * Period, "b")]);
        Assert.Equal([new(Period, "a"), new(Period, "a'"), new(2 * Period, "b"), new(2 * Period, "b'")], faulted.Arrivals);
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(0, 1001, 0)]
    [InlineData(0, 0, 1)]
    public void Rates_that_make_no_sense_are_refused(int loss, int duplication, int reordering) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EdgeFaults<int>(1, new EdgeFaultRates(loss, duplication, reordering)));

    private static Arrival<int>[] Inputs(int count) => [.. Enumerable.Range(0, count).Select(i => new Arrival<int>(i * Period, i))];
}
