using System.Collections.Concurrent;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>
/// The vision tower (alpamayo.md §6). Images never attend to each other, so a frame's features depend on that frame alone and may
/// be kept. Thread-safe: weights are read only.
/// </summary>
public sealed class VisionTower : IDisposable
{
    // Grid sizes follow from the cameras' resolutions; more than this many at once is a fault of the caller.
    private const int MaxGridSizes = 64;

    private readonly VisionConfiguration _configuration;
    private readonly Linear _patchEmbed;
    private readonly Tensor _positionTable;
    private readonly VisionBlock[] _blocks;
    private readonly PatchMerger _merger;
    private readonly PatchMerger[] _deepstack;
    private readonly Lazy<VisionKernel> _kernel;
    private readonly ConcurrentDictionary<(int Rows, int Columns), VisionPositions> _positions = new();

    public VisionTower(VisionConfiguration configuration, ParameterSet parameters)
    {
        const string prefix = ParameterShapes.Vision;
        _configuration = configuration;
        var projection = parameters[prefix + "patch_embed.proj.weight"];
        // Kernel and stride are equal, so the convolution is a product with the flattened kernel (§6.1); a view, not a copy.
        _patchEmbed = new(projection.view(projection.size(0), -1).DetachFromDisposeScope(), parameters[prefix + "patch_embed.proj.bias"]);
        _positionTable = parameters[prefix + "pos_embed.weight"];
        _blocks = [.. Enumerable.Range(0, configuration.Depth).Select(i => new VisionBlock(parameters, $"{prefix}blocks.{i}.", configuration.Heads))];
        _kernel = new(() => new(configuration, parameters));
        var width = configuration.Hidden * configuration.MergeSize * configuration.MergeSize;
        _merger = new(parameters, prefix + "merger.", width, normAfterRegrouping: false);
        _deepstack = [.. Enumerable.Range(0, configuration.DeepstackIndexes.Count)
            .Select(i => new PatchMerger(parameters, $"{prefix}deepstack_merger_list.{i}.", width, normAfterRegrouping: true))];
    }

    /// <param name="pixels">[images·rows·columns, patch length] float32 rows in merge-block order, images of one grid size.</param>
    /// <param name="rows">Patches per column of one image.</param>
    /// <param name="columns">Patches per row of one image.</param>
    /// <param name="observe">Sees named intermediate tensors: "patch_embed", "position_embed", "input", "block.i".</param>
    public VisionFeatures Forward(Tensor pixels, int rows, int columns, Action<string, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        var patches = (long)rows * columns;
        if (pixels.size(0) % patches != 0)
            throw new ArgumentException($"{pixels.Description} is not a whole number of {rows}x{columns} patch images", nameof(pixels));
        var embedded = _patchEmbed.Forward(pixels);
        var positions = PositionEmbedding(rows, columns);
        observe?.Invoke("patch_embed", embedded);
        observe?.Invoke("position_embed", positions);
        var x = embedded.view(-1, patches, _configuration.Hidden) + positions;
        observe?.Invoke("input", x);
        return Encode(x, rows, columns, observe).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// <see cref="Forward"/> by the own kernels in one native call, for float32 weights on the CPU, without gradients; the weights are
    /// packed at the first call.
    /// </summary>
    public VisionFeatures ForwardByKernel(Tensor pixels, int rows, int columns)
    {
        var positions = Positions(rows, columns);
        return _kernel.Value.Forward(pixels, positions.Embedding, positions.Rotary);
    }

    /// <summary>Blocks and mergers on rows that are already embedded, x [images, patches, hidden].</summary>
    public VisionFeatures Encode(Tensor x, int rows, int columns, Action<string, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        var rotary = Positions(rows, columns).Rotary;
        var deepstack = new Tensor[_deepstack.Length];
        for (var i = 0; i < _blocks.Length; i++)
        {
            x = Block(i, x, rotary);
            observe?.Invoke($"block.{i}", x);
            for (var level = 0; level < _deepstack.Length; level++)
                if (_configuration.DeepstackIndexes[level] == i) deepstack[level] = _deepstack[level].Forward(x);
        }
        return new VisionFeatures(_merger.Forward(x), deepstack).MoveToOuterDisposeScope();
    }

    /// <summary>The resampled position table [patches, hidden]. While training the table learns, so nothing is kept then.</summary>
    private Tensor PositionEmbedding(int rows, int columns) => torch.is_grad_enabled() && _positionTable.requires_grad
        ? VisionPositions.Resample(_positionTable, _configuration.PositionGrid, rows, columns, _configuration.MergeSize)
        : Positions(rows, columns).Embedding;

    /// <summary>Rotary tables of a grid, [patches, headDim].</summary>
    public RotaryTables Rotary(int rows, int columns) => Positions(rows, columns).Rotary;

    /// <summary>Final and deepstack mergers applied to x [images, patches, hidden] as it is.</summary>
    public VisionFeatures Merge(Tensor x) => new(_merger.Forward(x), [.. _deepstack.Select(d => d.Forward(x))]);

    /// <summary>Forgets what was computed from the position table; to be called after the table was changed in place.</summary>
    public void ForgetPositions()
    {
        foreach (var entry in _positions.Values) entry.Dispose();
        _positions.Clear();
    }

    public void Dispose()
    {
        ForgetPositions();
        if (_kernel.IsValueCreated) _kernel.Value.Dispose();
        _patchEmbed.Weight.Dispose();
    }

    private Tensor Block(int index, Tensor x, RotaryTables rotary)
    {
        using var scope = torch.NewDisposeScope();
        return _blocks[index].Forward(x, rotary).MoveToOuterDisposeScope();
    }

    private VisionPositions Positions(int rows, int columns)
    {
        if (_positions.TryGetValue((rows, columns), out var known)) return known;
        if (_positions.Count >= MaxGridSizes)
            throw new InvalidOperationException($"more than {MaxGridSizes} image grid sizes; the newest is {rows}x{columns} patches");
        using var guard = torch.no_grad();
        var made = VisionPositions.Build(_positionTable, _configuration.PositionGrid, _configuration.MergeSize, _configuration.HeadDim, rows, columns);
        if (_positions.TryAdd((rows, columns), made)) return made;
        made.Dispose();
        return _positions[(rows, columns)];
    }
}
