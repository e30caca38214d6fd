namespace FlashDrive.Runtime.Simulation;

/// <summary>One simulated actor; its turns stand on the agenda.</summary>
internal abstract class SimulatedCell(SimulatedHost host, ActorSettings settings, int number) : SimulatedTask
{
    public override string Name => settings.Name;

    public SimulatedHost Host => host;

    /// <summary>From 0, in the order of spawning.</summary>
    public int Number => number;

    public int Capacity => settings.Capacity;

    public int HighWater { get; protected set; }

    public abstract int Depth { get; }

    public abstract bool IsStopped { get; }

    public abstract void RequestStop();

    public abstract void WhenStopped(Action send);

    /// <summary>Ends it outside its turn; a message in hand becomes a dead letter.</summary>
    public abstract void Abandon();
}
