using System.Diagnostics.Metrics;
using FlashDrive.Actors.Observation;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Actors.Tests.Observation;

public class EngineInstrumentsTests : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly HashSet<string> _published = [];
    private readonly Dictionary<string, double> _sums = [];

    public EngineInstrumentsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != InstrumentNames.Meter) return;
            _published.Add(instrument.Name);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Every_instrument_of_the_design_exists_and_no_other()
    {
        using var instruments = new EngineInstruments();
        Assert.Equal(InstrumentNames.All.Order(), _published.Order());
    }

    [Fact]
    public void Every_instrument_has_a_line_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(TinyModel.Root(), "docs", "metrics.md"));
        Assert.All(InstrumentNames.All, name => Assert.Contains($"`{name}`", page));
    }

    [Fact]
    public void A_drive_is_counted_exactly()
    {
        var options = new EngineOptions(new ReasoningOptions(Budget: 4), new FlowOptions(Steps: 3), FramesPerCamera: 2, Seed: 3);
        using var model = TinyModel.Create();
        using var instruments = new EngineInstruments { Subscribers = () => 2 };
        var host = new SimulatedHost(1);
        using var engine = new DrivingEngine(host, EngineStages.Of(model, options, 2), new(options), instruments);
        instruments.Attach(engine);
        var stream = engine.Open(new("front"));
        for (var i = 0; i < 4; i++)
        {
            stream.Offer(TinyModel.Tick(i));
            host.RunUntilIdle(100_000);
        }
        stream.Offer(TinyModel.Tick(1));
        host.RunUntilIdle(100_000);
        _listener.RecordObservableInstruments();

        var counts = stream.Lane.Counts;
        Assert.Equal((5, 1, 1), (counts.Offered, counts.Dropped, counts.Refused));
        Assert.Equal(1, _sums["flashdrive.frames stream=front outcome=dropped reason=warming"]);
        Assert.Equal(1, _sums["flashdrive.frames stream=front outcome=refused reason=ingest:time_backwards"]);
        Assert.Equal(3, counts.Planned + counts.Failed);
        Assert.Equal(3 * 3, _sums["flashdrive.flow.evaluations kind=computed"]);
        Assert.Equal(1, _sums["flashdrive.reprefills reason=start"]);
        Assert.Equal(0, _sums["flashdrive.credits.in_use kind=session stream=front"]);
        Assert.Equal(0, _sums["flashdrive.mailbox.depth actor=flow-head"]);
        Assert.Equal(2, _sums["flashdrive.subscribers"]);
        Assert.Equal(stream.Lane.KvPool!.Total, _sums["flashdrive.kv.blocks state=free stream=front"] + _sums["flashdrive.kv.blocks state=lent stream=front"]);
        Assert.True(_sums["flashdrive.kv.blocks state=lent stream=front"] > 0, "the stream's own window table holds its blocks");
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        foreach (var tag in tags) key += $" {tag.Key}={tag.Value}";
        _sums[key] = instrument.IsObservable ? value : _sums.GetValueOrDefault(key) + value;
    }
}
