using FlashDrive.Actors;
using FlashDrive.Driving;

namespace FlashDrive.Simulation;

/// <summary>Offers one stream's ticks; lossless ones wait in front of the inlet until there is room.</summary>
internal sealed class Producer(DrivingEngine engine, Scenario scenario, int number, int generation)
{
    // At most all ticks of a run.
    private readonly Queue<FrameBundle> _backlog = new();

    internal EngineStream Stream { get; } = engine.Open(new($"s{number}.{generation}", scenario.Seed + (ulong)(16 * generation + number)));

    internal ulong Seed => Stream.Lane.Options.Seed;

    /// <summary>No tick so far has a higher one.</summary>
    internal long LastId { get; private set; } = -1;

    internal long Offered { get; private set; }

    internal void Arrive(FrameBundle tick)
    {
        if (Stream.Lane.IsClosed) return;
        LastId = Math.Max(LastId, tick.FrameId);
        _backlog.Enqueue(tick);
        Pump();
    }

    /// <summary>To be called whenever the inlet may have room.</summary>
    internal void Pump()
    {
        while (_backlog.Count > 0 && (scenario.Policy == EdgePolicy.RealTime || Stream.HasRoom))
        {
            Offered++;
            Stream.Offer(_backlog.Dequeue());
        }
    }

    internal void Close()
    {
        _backlog.Clear();
        Stream.Close();
    }
}
