namespace FlashDrive.Model.Tokenization;

/// <summary>Rules on generated token rows (alpamayo.md §9.2, §9.3 and §12.2).</summary>
public static class GeneratedTokens
{
    /// <summary>Overwrites everything after the first marker with the pad; a row without the marker stays as it is.</summary>
    public static void PadAfter(Span<int> row, int marker, int pad)
    {
        var index = row.IndexOf(marker);
        if (index >= 0) row[(index + 1)..].Fill(pad);
    }

    /// <summary>Where the action expert's positions begin: one past the first marker, or the length of the row without one.</summary>
    public static int Offset(ReadOnlySpan<int> row, int marker)
    {
        var index = row.IndexOf(marker);
        return index >= 0 ? index + 1 : row.Length;
    }

    /// <summary>
    /// Bins of discrete future tokens: those strictly between the last start and the first end marker, minus the first id, clamped,
    /// zero-filled to the expected count. Without a start marker from the beginning, without an end marker to the end.
    /// </summary>
    public static int[] FutureBins(ReadOnlySpan<int> row, int startMarker, int endMarker, int firstId, int bins, int expectedCount)
    {
        var from = row.LastIndexOf(startMarker) + 1;
        var to = row.IndexOf(endMarker);
        if (to < 0) to = row.Length;
        var result = new int[expectedCount];
        for (var i = 0; i < expectedCount && from + i < to; i++) result[i] = Math.Clamp(row[from + i] - firstId, 0, bins - 1);
        return result;
    }
}

/// <summary>
/// The hand-over rule of generation: it stops one token after the last sequence has produced the marker, because a token's key and
/// value enter the cache only when the next one is computed. The check precedes the update, as in the reference.
/// </summary>
public sealed class StopRule(int sequences, int marker)
{
    private readonly bool[] _found = new bool[sequences];

    /// <summary>Tells the rule the token appended to every sequence; true when generation stops after it.</summary>
    public bool Append(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length != _found.Length) throw new ArgumentException($"one token per sequence: {_found.Length}, got {tokens.Length}", nameof(tokens));
        var stop = !_found.AsSpan().Contains(false);
        for (var i = 0; i < tokens.Length; i++) _found[i] |= tokens[i] == marker;
        return stop;
    }
}
