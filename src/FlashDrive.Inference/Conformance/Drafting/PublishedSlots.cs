namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>
/// Where the published loop puts the start of the trajectory, and which slots then show the expert something else than the thought
/// (flashdrive.md §3.5-3.7). It never crops what it wrote, counts slots by rounds, and writes no token again.
/// </summary>
internal sealed class PublishedSlots
{
    private readonly Dictionary<int, int> _slots = [];

    /// <param name="tokens">The thought.</param>
    internal PublishedSlots(IReadOnlyList<RecordedRound> rounds, IReadOnlyList<int> tokens, int promptLength, int end, int trajectory, bool period)
    {
        var current = promptLength;
        var piggyback = false;
        foreach (var round in rounds)
        {
            for (var i = 0; i < round.Block.Length; i++) _slots[round.Start + i] = round.Block[i];
            var stop = round.FirstOf(end);
            var block = round.Block.Length;
            piggyback = stop >= 1 && stop <= round.Accepted && stop + 1 < block;
            current += stop >= 0 ? Math.Min(stop + 1, block) : period && ReferenceEquals(round, rounds[^1]) ? Math.Min(round.Accepted + 2, block) : round.Accepted + 1;
        }
        Trajectory = current;
        if (!piggyback) _slots[current] = trajectory;
        Action = promptLength + tokens.Count + 1;
        int[] right = [.. tokens, trajectory];
        Wrong = [.. Enumerable.Range(promptLength, right.Length).Where(slot => !_slots.TryGetValue(slot, out var token) || token != right[slot - promptLength])];
    }

    /// <summary>Slot of the start of the trajectory.</summary>
    internal int Trajectory { get; }

    /// <summary>Slot of the first action token.</summary>
    internal int Action { get; }

    internal int[] Wrong { get; }
}
