namespace FlashDrive.Torch.Tests.Fused;

/// <summary>
/// Each chain gives, bit for bit, what its operators give one by one in the order of the model's description; results and gradients.
/// </summary>
public sealed class LayerTests : IDisposable
{
    private const int Batch = 2, Rows = 5, Heads = 4, KvHeads = 2, Width = 8, Hidden = 24, Inner = 40, Keys = 7;
    private const double Eps = 1e-6;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Generator _generator = new(3);

    public static TheoryData<ScalarType, bool> Kinds => new()
    {
        { torch.float32, false }, { torch.float32, true }, { torch.bfloat16, false }, { torch.bfloat16, true }, { torch.float64, true },
    };

    public void Dispose()
    {
        _generator.Dispose();
        _scope.Dispose();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Attention_is_scores_softmax_and_mix_per_group(ScalarType dtype, bool grad)
    {
        var (q, k, v) = (Make(dtype, Batch, Rows, Heads, Width), Make(dtype, Batch, KvHeads, Keys, Width), Make(dtype, Batch, KvHeads, Keys, Width));
        var mask = Make(dtype, 1, Heads / KvHeads * Rows, Keys);
        Same(grad, [q, k, v], () => torch.layers.attention(q, k, v, mask), () => Attend(q, k, v, mask));
        Same(grad, [q, k, v], () => torch.layers.attention(q, k, v, null), () => Attend(q, k, v, null));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Cross_attention_is_one_softmax_over_the_context_repeated_and_the_own_keys(ScalarType dtype, bool grad)
    {
        const int contexts = 2, samples = 3;
        var q = Make(dtype, contexts * samples, Rows, Heads, Width);
        var (ownKeys, ownValues) = (Make(dtype, contexts * samples, Rows, KvHeads, Width), Make(dtype, contexts * samples, Rows, KvHeads, Width));
        var (keys, values) = (Make(dtype, contexts, KvHeads, Keys, Width), Make(dtype, contexts, KvHeads, Keys, Width));
        var inputs = new[] { q, ownKeys, ownValues, keys, values };
        using var guard = grad ? torch.enable_grad() : torch.no_grad();
        var all = torch.layers.cross_attention(q, ownKeys, ownValues, keys, values, null);
        var plain = Attend(
            q,
            torch.cat([keys.repeat_interleave(samples, 0), ownKeys.transpose(1, 2)], 2), torch.cat([values.repeat_interleave(samples, 0), ownValues.transpose(1, 2)], 2),
            null);
        // The products differ in shape, so their last bits may differ.
        var tolerance = dtype == torch.bfloat16 ? 0.05 : 1e-5;
        Assert.InRange(Support.Expect.MaxDifference(plain, all), 0, tolerance);
        var shut = torch.zeros([contexts * KvHeads, 1, Keys], dtype).masked_fill(torch.ones(contexts * KvHeads, 1, Keys).gt(0), double.NegativeInfinity);
        var own = Attend(q, ownKeys.transpose(1, 2), ownValues.transpose(1, 2), null);
        Assert.InRange(Support.Expect.MaxDifference(own, torch.layers.cross_attention(q, ownKeys, ownValues, keys, values, shut)), 0, tolerance);
        if (!grad) return;
        foreach (var (ours, theirs) in Gradients(all, inputs).Zip(Gradients(plain, inputs)))
            Assert.InRange(Support.Expect.MaxDifference(ours, theirs), 0, 10 * tolerance);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Linear_casts_to_its_weight_and_takes_one_row_through_the_matrix_vector_product(ScalarType dtype, bool grad)
    {
        var (weight, bias) = (Make(dtype, Inner, Hidden), Make(dtype, Inner));
        var (x, row) = (Make(dtype, Batch, Rows, Hidden), Make(dtype, 1, 1, Hidden));
        Same(grad, [x, weight, bias], () => torch.layers.linear(x, weight, bias), () => torch.linear(x, weight, bias));
        Same(grad, [x, weight], () => torch.layers.linear(x, weight), () => torch.linear(x, weight));
        Same(grad, [row, weight, bias], () => torch.layers.linear(row, weight, bias), () => dtype == torch.float32 && !grad
            ? (torch.mv(weight, row.reshape(Hidden)) + bias).view(1, 1, Inner)
            : torch.linear(row, weight, bias));
        var wide = Make(torch.float32, Rows, Hidden);
        Same(grad, [wide, weight], () => torch.layers.linear(wide, weight), () => torch.linear(wide.to(dtype), weight));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_decoder_layer_is_its_norms_products_and_rotation_in_order(ScalarType dtype, bool grad)
    {
        var x = Make(dtype, Batch, Rows, Hidden);
        var (norm, queryNorm, keyNorm) = (Make(dtype, Hidden), Make(dtype, Width), Make(dtype, Width));
        var (q, k, v) = (Make(dtype, Heads * Width, Hidden), Make(dtype, KvHeads * Width, Hidden), Make(dtype, KvHeads * Width, Hidden));
        var (cos, sin) = (Make(dtype, Rows, Width), Make(dtype, Rows, Width));
        Tensor Rotate(Tensor t) => torch.fused.rotary(t, cos.unsqueeze(-2), sin.unsqueeze(-2));
        Tensor Project(Tensor weight) => torch.linear(torch.fused.rms_norm(x, norm, Eps), weight).view(Batch, Rows, -1, Width);
        Tensor[] Ours()
        {
            var (a, b, c, d) = torch.layers.decoder_project(x, norm, q, k, v, queryNorm, keyNorm, cos, sin, Width, Eps);
            return [a, b, c, d];
        }
        var keys = () => torch.fused.rms_norm(Project(k), keyNorm, Eps);
        var inputs = new[] { x, norm, q, k, v, queryNorm, keyNorm };
        Func<Tensor>[] theirs = [() => Rotate(torch.fused.rms_norm(Project(q), queryNorm, Eps)), keys, () => Rotate(keys()), () => Project(v)];
        for (var i = 0; i < theirs.Length; i++) Same(grad, inputs, () => Ours()[i], theirs[i]);

        var attended = Make(dtype, Batch, Rows, Heads * Width);
        var (o, gate, up, down) = (Make(dtype, Hidden, Heads * Width), Make(dtype, Inner, Hidden), Make(dtype, Inner, Hidden), Make(dtype, Hidden, Inner));
        Same(grad, [x, attended, o, norm, gate, up, down], () => torch.layers.decoder_complete(x, attended, o, norm, gate, up, down, Eps), () =>
        {
            var y = x + torch.linear(attended, o);
            var normed = torch.fused.rms_norm(y, norm, Eps);
            return y + torch.linear(torch.fused.swiglu(torch.linear(normed, gate), torch.linear(normed, up)), down);
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_vision_block_and_a_merger_are_their_operators_in_order(ScalarType dtype, bool grad)
    {
        if (dtype == torch.float64) return;
        const int heads = 3;
        var x = Make(dtype, Batch, 8, Hidden);
        var (cos, sin) = (Make(torch.float32, 8, Hidden / heads), Make(torch.float32, 8, Hidden / heads));
        (Tensor W, Tensor B) Pair(params long[] shape) => (Make(dtype, shape), Make(dtype, shape[0]));
        var (norm1, norm2, qkv, projection) = (Pair(Hidden), Pair(Hidden), Pair(3 * Hidden, Hidden), Pair(Hidden, Hidden));
        var (fc1, fc2) = (Pair(Inner, Hidden), Pair(Hidden, Inner));
        Tensor Norm(Tensor t, (Tensor W, Tensor B) n) => torch.layer_norm(t.to(torch.float32), n.W.to(torch.float32), n.B.to(torch.float32), Eps);
        Tensor Linear(Tensor t, (Tensor W, Tensor B) l) => torch.linear(t.to(dtype), l.W, l.B);
        Tensor Rotate(Tensor t) => torch.fused.rotary(t.to(torch.float32), cos.unsqueeze(-2), sin.unsqueeze(-2)).to(dtype);
        Same(grad, [x, norm1.W, qkv.W, qkv.B, projection.W, norm2.B, fc1.W, fc2.W],
            () => torch.layers.vision_block(x, cos, sin, norm1, qkv, projection, norm2, fc1, fc2, heads), () =>
            {
                var parts = Linear(Norm(x, norm1), qkv).view(Batch, 8, 3, heads, -1);
                var attended = Attend(
                    Rotate(parts.select(2, 0)), Rotate(parts.select(2, 1)).transpose(1, 2), parts.select(2, 2).transpose(1, 2), null);
                var y = x + Linear(attended, projection);
                return y + Linear(Linear(Norm(y, norm2), fc1).gelu_tanh(), fc2);
            });

        var (before, after, wide, narrow) = (Pair(Hidden), Pair(4 * Hidden), Pair(Inner, 4 * Hidden), Pair(Hidden, Inner));
        Same(grad, [x, before.W, wide.W, narrow.B], () => torch.layers.patch_merger(x, before, wide, narrow, 4 * Hidden, normAfter: false),
            () => Linear(Linear(Norm(x, before).reshape(-1, 4 * Hidden), wide).gelu(), narrow));
        Same(grad, [x, after.W, wide.W, narrow.B], () => torch.layers.patch_merger(x, after, wide, narrow, 4 * Hidden, normAfter: true),
            () => Linear(Linear(Norm(x.reshape(-1, 4 * Hidden), after), wide).gelu(), narrow));
    }

    [Fact]
    public void Fourier_features_are_sines_and_cosines_of_the_argument_in_its_order()
    {
        var (u, frequencies) = (Make(torch.float32, Batch, Rows, 1), Make(torch.float32, 6));
        var argument = u * frequencies * 2.0 * Math.PI;
        Same(grad: false, [], () => torch.layers.fourier_features(u, frequencies), () => torch.cat([argument.sin(), argument.cos()], -1) * Math.Sqrt(2));
    }

    private static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        long batch = q.size(0), rows = q.size(1), heads = q.size(2), width = q.size(3), kv = k.size(1), keys = k.size(2);
        var grouped = q.transpose(1, 2).reshape(batch * kv, heads / kv * rows, width);
        var transposed = k.reshape(batch * kv, keys, width).transpose(1, 2);
        var scale = 1 / Math.Sqrt(width);
        var scores = mask is null ? torch.bmm(grouped, transposed) * scale : torch.baddbmm(mask, grouped, transposed, alpha: scale);
        var mixed = torch.bmm(scores.softmax(-1), v.reshape(batch * kv, keys, width));
        return mixed.view(batch, heads, rows, width).transpose(1, 2).reshape(batch, rows, heads * width);
    }

    private static void Same(bool grad, Tensor[] inputs, Func<Tensor> ours, Func<Tensor> theirs)
    {
        using var guard = grad ? torch.enable_grad() : torch.no_grad();
        var (a, b) = (ours(), theirs());
        Assert.Equal(b.dtype, a.dtype);
        Assert.Equal(0, Support.Expect.MaxDifference(b.detach(), a.detach()));
        if (!grad) return;
        foreach (var (mine, plain) in Gradients(a, inputs).Zip(Gradients(b, inputs))) Assert.Equal(0, Support.Expect.MaxDifference(plain, mine));
    }

    private static Tensor[] Gradients(Tensor output, Tensor[] inputs) =>
        [.. torch.gradients((output * output).sum(), inputs).Select((gradient, i) => gradient ?? torch.zeros_like(inputs[i]))];

    /// <summary>Random values that ask for gradients.</summary>
    private Tensor Make(ScalarType dtype, params long[] shape) => _generator.randn(shape).to(dtype).detach().requires_grad_();
}
