namespace FlashDrive.Model.Tokenization;

/// <summary>What of a prompt follows from its length and the places of its images, whatever its history tokens are.</summary>
public sealed class PromptLayout
{
    private readonly IReadOnlyList<ImageGrid> _grids;
    private readonly int _imagePad, _mergeSize;

    /// <param name="ids">[L] token ids.</param>
    /// <param name="grids">Sizes in patches of the images in order of their tokens; image tokens beyond them count as text.</param>
    /// <exception cref="ArgumentException">The image tokens do not fit the grids.</exception>
    public PromptLayout(ReadOnlySpan<int> ids, IReadOnlyList<ImageGrid> grids, int imagePad, int mergeSize)
    {
        (_grids, _imagePad, _mergeSize) = (grids, imagePad, mergeSize);
        Positions = RotaryPositions.Compute(ids, grids, imagePad, mergeSize);
        ImagePlaces = new long[grids.Sum(grid => grid.Tokens(mergeSize))];
        var next = 0;
        for (var i = 0; next < ImagePlaces.Length; i++)
            if (ids[i] == imagePad) ImagePlaces[next++] = i;
    }

    /// <summary>Rotary positions of every token.</summary>
    public RotaryPositions Positions { get; }

    /// <summary>Places of the image tokens, ascending: where the vision tower's rows go. Not to be written to.</summary>
    public long[] ImagePlaces { get; }

    /// <summary>The layout of other ids with the same images.</summary>
    internal PromptLayout Of(ReadOnlySpan<int> ids) => new(ids, _grids, _imagePad, _mergeSize);
}
