namespace FlashDrive.Inference.Conformance.Network;

/// <summary>Rows of different lengths, left-padded to the longest as the reference has them.</summary>
internal sealed class PaddedColumns(FixtureEngine engine)
{
    private readonly List<int[]> _rows = [];

    internal int Length { get; private set; }

    /// <param name="padding">Padding the row brings along: the reference takes the route out of padded rows and pads again.</param>
    internal void Add(int[] row, int padding = 0)
    {
        _rows.Add(row);
        Length = Math.Max(Length, row.Length + padding);
    }

    internal int Padding(int row) => Length - _rows[row].Length;

    internal int[] Row(int row) => [.. Enumerable.Repeat(engine.Model.Vocabulary.Pad, Padding(row)), .. _rows[row]];

    internal int[] All => [.. Enumerable.Range(0, _rows.Count).SelectMany(Row)];

    internal int[] Mask => [.. Enumerable.Range(0, _rows.Count).SelectMany(row => Enumerable.Repeat(0, Padding(row)).Concat(Enumerable.Repeat(1, _rows[row].Length)))];
}
