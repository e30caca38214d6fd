using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Simulation;

/// <summary>Makes a simulation's event log readable.</summary>
internal static class EventLogText
{
    /// <param name="actors">Names in the order of spawning.</param>
    internal static IReadOnlyList<string> Tail(byte[] log, IReadOnlyList<string> actors, int events)
    {
        var lines = new Queue<string>();
        for (var at = 0; at < log.Length;)
        {
            var kind = (SimulationEvent)log[at++];
            var (actor, value) = (Read(log, ref at), Read(log, ref at));
            var who = kind switch
            {
                SimulationEvent.Timer => $"timer {actor}",
                SimulationEvent.Time => $"{TimeSpan.FromTicks((long)value).TotalMilliseconds} ms",
                _ => actors[(int)actor],
            };
            var detail = kind == SimulationEvent.Tell ? value == 0 ? "from outside" : $"from {actors[(int)value - 1]}" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (lines.Count == events) lines.Dequeue();
            lines.Enqueue(kind == SimulationEvent.Time ? who : $"{kind} {who} {detail}");
        }
        return [.. lines];
    }

    private static ulong Read(byte[] log, ref int at)
    {
        var number = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = log[at++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return number;
        }
    }
}
