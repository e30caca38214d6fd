using System.Numerics;

namespace FlashDrive.Runtime.Simulation;

/// <summary>What a simulation's log tells of.</summary>
internal enum SimulationEvent : byte
{
    /// <summary>Value: capacity.</summary>
    Spawn = 1,

    /// <summary>Value: 1 + the sending actor, 0 from outside an actor.</summary>
    Tell,

    /// <summary>A message was taken. Value: ticks until it will be handled.</summary>
    Taken,

    /// <summary>Handle was called. Value: number of the message among those the actor took.</summary>
    Handled,

    /// <summary>Value: the <see cref="CrashPoint"/>.</summary>
    Crash,

    /// <summary>Value: restarts so far; 0 for the first start.</summary>
    Started,

    Stopped,

    DeadLetter,

    /// <summary>Actor: number of the timer.</summary>
    Timer,

    /// <summary>Value: ticks since the simulation began.</summary>
    Time,
}

/// <summary>Every event of a simulation as a rolling hash, and as bytes when they are kept.</summary>
internal sealed class EventLog(bool keep, int mostBytes)
{
    private byte[] _bytes = keep ? new byte[1024] : [];
    private int _count;

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public byte[] ToArray() => keep
        ? _bytes[.._count]
        : throw new InvalidOperationException($"the log is not kept: set {nameof(SimulationSettings)}.{nameof(SimulationSettings.KeepLog)}");

    public void Add(SimulationEvent kind, int actor, long value)
    {
        Mix((ulong)kind | ((ulong)actor << 8));
        Mix((ulong)value);
        if (!keep) return;
        // A kind, and two numbers of at most 10 bytes each.
        if (_count + 21 > mostBytes)
            throw new InvalidOperationException($"the log of the simulation outgrew {mostBytes} bytes ({nameof(SimulationSettings)}.{nameof(SimulationSettings.MostLogBytes)})");
        if (_count + 21 > _bytes.Length) Array.Resize(ref _bytes, 2 * _bytes.Length);
        _bytes[_count++] = (byte)kind;
        Write((ulong)actor);
        Write((ulong)value);
    }

    private void Mix(ulong word)
    {
        var mixed = (Hash ^ word) * 0x9E3779B97F4A7C15;
        Hash = BitOperations.RotateLeft(mixed, 29) ^ (mixed >> 41);
    }

    /// <summary>Seven bits a byte, the lowest first; the top bit says that more follow.</summary>
    private void Write(ulong number)
    {
        for (; number >= 0x80; number >>= 7) _bytes[_count++] = (byte)(number | 0x80);
        _bytes[_count++] = (byte)number;
    }
}
