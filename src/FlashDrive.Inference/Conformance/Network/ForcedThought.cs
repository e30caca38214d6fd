using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>
/// One row of a reference batch whose tokens are dictated. The reference keeps padding and junk behind the hand-over in its cache and
/// hides them by a mask; here the row runs alone, and what the mask would hide is cut off.
/// </summary>
/// <param name="Raw">[total] prompt and generated tokens as produced, padding included.</param>
/// <param name="Prompt">Length of the padded prompt.</param>
/// <param name="Padding">Padding tokens at the start.</param>
/// <param name="CacheLength">Entries of the reference's cache, padding included.</param>
internal sealed record ForcedThought(int[] Raw, int Prompt, int Padding, int CacheLength, int Marker)
{
    /// <summary>Where the expert's positions begin, padding included.</summary>
    internal int Offset => GeneratedTokens.Offset(Raw, Marker);

    /// <summary>Slot of the first action token in the row's own window.</summary>
    internal int ActionSlot => Offset - Padding;

    /// <summary>The row after the reference's clean-up.</summary>
    internal int[] Cleaned(int pad)
    {
        var row = (int[])Raw.Clone();
        GeneratedTokens.PadAfter(row, Marker, pad);
        return row;
    }

    /// <summary>Expert positions on one axis: waypoint + offset + rope delta of the padded row.</summary>
    internal int[] Positions(int waypoints, int ropeDelta) => [.. Enumerable.Range(Offset + ropeDelta, waypoints)];

    /// <summary>[cache + waypoints]: 1 where the row's action tokens may read.</summary>
    internal byte[] Allowed(int waypoints)
    {
        var allowed = new byte[CacheLength + waypoints];
        allowed.AsSpan(Padding, Math.Max(0, Math.Min(Offset, CacheLength) - Padding)).Fill(1);
        allowed.AsSpan(CacheLength).Fill(1);
        return allowed;
    }

    /// <summary>Writes every token that the reference's cache holds into the session's scratch, junk included.</summary>
    internal void Write(FixtureEngine engine, ReasoningSession session)
    {
        session.Restart();
        engine.Extend(session, Raw.AsSpan(Prompt, CacheLength - Prompt));
    }

    /// <summary>Cuts the junk behind the hand-over off the scratch.</summary>
    internal void CutJunk(ReasoningSession session) => session.Scratch.Truncate(Math.Min(Offset, CacheLength) - Prompt);
}
