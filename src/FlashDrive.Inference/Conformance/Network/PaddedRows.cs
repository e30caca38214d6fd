using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>A left-padded batch of the reference, taken apart into the rows that the engine runs alone.</summary>
/// <param name="ids">[rows, length]</param>
/// <param name="mask">[rows, length], 0 at padding.</param>
internal sealed class PaddedRows(int[] ids, int[] mask, int length)
{
    internal int Count => ids.Length / length;

    internal int Padding(int row) => mask.AsSpan(row * length, length).Count(0);

    internal int[] Padded(int row) => ids[(row * length)..((row + 1) * length)];

    internal int[] Tokens(int row) => ids[(row * length + Padding(row))..((row + 1) * length)];

    /// <summary>Positions of several rows as the reference has them: [3, rows, length].</summary>
    internal static int[] Stack(IReadOnlyList<RotaryPositions> rows) =>
        [.. rows.SelectMany(r => r.T), .. rows.SelectMany(r => r.H), .. rows.SelectMany(r => r.W)];
}
