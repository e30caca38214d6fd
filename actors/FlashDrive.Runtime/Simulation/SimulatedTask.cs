namespace FlashDrive.Runtime.Simulation;

/// <summary>Something that happens in a simulation: an actor's turn, or a timer. It stands on the agenda at most once.</summary>
internal abstract class SimulatedTask
{
    public abstract string Name { get; }

    /// <summary>Whether the simulation is idle though this stands on the agenda.</summary>
    public virtual bool IsBackground => false;

    /// <summary>Set by the agenda alone.</summary>
    public bool IsPosted { get; set; }

    /// <summary>Set by the agenda alone: tells a standing entry from one that was taken off.</summary>
    public int Version { get; set; }

    public abstract void Run();
}
