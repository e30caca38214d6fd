using FlashDrive.Inference;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tests;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Perf;

/// <summary>One thing done two ways.</summary>
/// <param name="Flops">Floating-point operations of one call, two per multiply-add.</param>
/// <param name="Bytes">Bytes that a call has to read at least, weights and keys.</param>
internal sealed record KernelCase(string Name, double Flops, double Bytes, Action Reference, Action Kernel);

/// <summary>The calls of <see cref="KernelBenchmark"/> at the sizes of a model and a window of sixteen images.</summary>
internal sealed class KernelCases : IDisposable
{
    internal const string Step = "decode step, 1 row", Verify = "verify, 8 rows";

    private const int Width = 320, Height = 192, Window = 450, Room = 32;

    private readonly DrivingModel _model;
    private readonly ContiguousCache _cache;
    private readonly Generator _generator = new(3);

    internal KernelCases(DrivingModel model)
    {
        _model = model;
        _cache = new(model.Configuration.Text, Window + Room);
        foreach (var tensor in _cache.Whole.Keys.Concat(_cache.Whole.Values))
        {
            using var scope = torch.NewDisposeScope();
            tensor.copy_(_generator.randn(tensor.shape));
        }
    }

    internal IEnumerable<KernelCase> All() =>
    [
        .. new[] { 1, 8, 16, 64, 150 }.Select(Linear),
        Norm(), Rotary(), Swiglu(),
        .. new[] { 1, 8 }.Select(Attention),
        Stack(Step, Window, 1), Stack(Verify, Window, 8), Stack("drafter-sized, 16 rows", Window, 16), Stack("prefill, 150 rows", Window - 150, 150, score: false),
        Stack($"prefill, {Window} rows", 0, Window, score: false), Velocity(1), Velocity(6), Images(),
    ];

    public void Dispose()
    {
        _cache.Dispose();
        _generator.Dispose();
    }

    private Tensor Rows(params long[] shape) => _generator.randn(shape).DetachFromDisposeScope();

    private KernelCase Linear(int rows)
    {
        var text = _model.Configuration.Text;
        var (x, weight) = (Rows(rows, text.Hidden), Rows(2 * text.Intermediate, text.Hidden));
        var packed = torch.kernels.pack(weight).DetachFromDisposeScope();
        return new(
            $"linear {rows} x {text.Hidden} x {2 * text.Intermediate}", 2.0 * rows * weight.numel, 4.0 * weight.numel,
            () => torch.layers.linear(x, weight), () => torch.kernels.linear(x, packed, 2 * text.Intermediate));
    }

    private KernelCase Norm()
    {
        var (x, y, weight) = (Rows(8, 128), Rows(8, 128), Rows(128));
        return new(
            "residual + RMS norm, 8 x 128", 8 * 128 * 5, 0,
            () =>
            {
                var sum = x + y;
                _ = sum * (sum.square().mean(-1, true) + 1e-6).rsqrt() * weight;
            },
            () => torch.fused.rms_norm(x + y, weight, 1e-6));
    }

    private KernelCase Rotary()
    {
        var (x, cos, sin) = (Rows(8, 4, 32), Rows(8, 1, 32), Rows(8, 1, 32));
        return new(
            "rotary, 8 x 4 x 32", 8 * 4 * 32 * 3, 0,
            () => _ = x * cos + torch.cat([-x.narrow(-1, 16, 16), x.narrow(-1, 0, 16)], -1) * sin, () => torch.fused.rotary(x, cos, sin));
    }

    private KernelCase Swiglu()
    {
        var (gate, up) = (Rows(8, 384), Rows(8, 384));
        return new("SwiGLU, 8 x 384", 8 * 384 * 20, 0, () => _ = gate.silu() * up, () => torch.fused.swiglu(gate, up));
    }

    private KernelCase Attention(int rows)
    {
        var text = _model.Configuration.Text;
        var q = Rows(1, rows, text.Heads, text.HeadDim);
        var (keys, values) = (Rows(1, text.KvHeads, Window, text.HeadDim), Rows(1, text.KvHeads, Window, text.HeadDim));
        var mask = rows == 1 ? null : AttentionMask.CausalFrom(Window - rows, rows, text.Heads / text.KvHeads).DetachFromDisposeScope();
        return new(
            $"attention, {rows} rows over {Window}", 4.0 * rows * text.Heads * Window * text.HeadDim, 8.0 * text.KvHeads * Window * text.HeadDim,
            () => torch.layers.attention(q, keys, values, mask), () => torch.kernels.attention(q.squeeze(0), keys.squeeze(0), values.squeeze(0), Window - rows));
    }

    /// <param name="score">Embedding and output head included: a whole step as the reasoner takes it.</param>
    private KernelCase Stack(string name, int first, int rows, bool score = true)
    {
        var (language, text) = (_model.Network.Language, _model.Configuration.Text);
        var ids = torch.tensor(Enumerable.Range(7, rows).Select(id => (long)id).ToArray()).DetachFromDisposeScope();
        var mask = rows == 1 ? null : AttentionMask.CausalFrom(first, rows, language.Group).DetachFromDisposeScope();
        var weights = text.Layers * (double)(text.Hidden * (2 * text.Heads + 2 * text.KvHeads) * text.HeadDim + 3 * text.Hidden * text.Intermediate);
        var head = score ? (double)_model.Vocabulary.Length * text.Hidden : 0;
        var pairs = rows * first + rows * (rows + 1) / 2.0;
        return new(
            name, 2 * rows * (weights + head) + 4 * pairs * text.Layers * text.Heads * text.HeadDim,
            4 * (weights + head) + 8.0 * text.Layers * text.KvHeads * (first + rows) * text.HeadDim,
            () =>
            {
                _cache.Begin(first, rows);
                var hidden = language.Norm(language.Forward(language.Embed(ids.unsqueeze(0)), language.Rotary.TextTables(first, rows), mask, _cache).squeeze(0));
                if (score) language.Logits(hidden).data<float>();
            },
            () =>
            {
                var hidden = language.Kernel.Forward(language.Embed(ids), language.Rotary.TextTables(first, rows), _cache.Whole, first, norm: true);
                if (score) language.Kernel.Logits(hidden).data<float>();
            });
    }

    private KernelCase Velocity(int samples)
    {
        var (expert, c) = (_model.Network.Expert, _model.Configuration);
        var (e, waypoints) = (c.Expert, c.ActionSpace.Waypoints);
        var (x, t) = (Rows(samples, waypoints, 2), torch.full([samples, 1, 1], 0.5).DetachFromDisposeScope());
        var rotary = expert.Rotary.TextTables(Window, waypoints).Detach();
        var weights = e.Layers * (double)(e.Hidden * (2 * e.Heads + 2 * e.KvHeads) * e.HeadDim + 3 * e.Hidden * e.Intermediate)
            + c.ActionInput.Hidden * (3.0 * c.ActionInput.FourierFeatures + (c.ActionInput.EncoderLayers - 1) * c.ActionInput.Hidden + e.Hidden);
        return new(
            $"velocity, {samples} samples", samples * waypoints * (2 * weights + 4.0 * e.Layers * e.Heads * e.HeadDim * (Window + waypoints)), 4 * weights,
            () =>
            {
                _cache.Begin(0, Window);
                expert.Velocity(x, t, rotary, _cache);
            },
            () => expert.Kernel.Velocity(x, t, rotary, _cache.Whole, Window));
    }

    private KernelCase Images()
    {
        const int images = 4;
        var (tower, v) = (_model.Network.Vision, _model.Configuration.Vision);
        ImageGrid grid = _model.NewImageProcessor().GridOf(Height, Width);
        var pixels = Rows(images * grid.Patches, v.PatchLength);
        var tokens = grid.Patches / (v.MergeSize * v.MergeSize);
        var merged = (double)v.Hidden * v.MergeSize * v.MergeSize;
        var flops = 2.0 * images * (grid.Patches * (v.PatchLength * v.Hidden + v.Depth * (4.0 * v.Hidden * v.Hidden + 2.0 * v.Hidden * v.Intermediate + 2.0 * grid.Patches * v.Hidden))
            + (1 + v.DeepstackIndexes.Count) * tokens * merged * (merged + v.OutHidden));
        return new($"tower, {images} images of {Width} x {Height}", flops, 0, () => tower.Forward(pixels, grid.H, grid.W), () => tower.ForwardByKernel(pixels, grid.H, grid.W));
    }
}
