using FlashDrive.Model.Configuration;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Language;

/// <summary>The decoder stack of one native call against the chain of LibTorch operators, and its rows against each other.</summary>
public sealed class LanguageKernelTests : IDisposable
{
    private const double Bound = 2e-5;

    private readonly Generator _generator = new(3);

    public static TheoryData<int[]> Sizes => [[4, 128, 384, 4, 2, 32], [3, 96, 160, 6, 2, 32], [2, 50, 37, 3, 1, 10], [1, 64, 96, 2, 2, 16], [2, 40, 24, 4, 2, 80]];

    public void Dispose() => _generator.Dispose();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_stack_equals_LibTorchs_operators_in_every_output(int[] s) => Levels.Each(level =>
    {
        foreach (var (before, rows) in new[] { (0, 70), (70, 1), (71, 8), (3, 150) })
            Compare(Of(s), [.. Enumerable.Range(before, rows)], outputFrom: rows / 2, $"{string.Join('x', s)}, {rows} rows behind {before}, level {level}");
    });

    [Fact]
    public void Scattered_rows_read_the_slots_before_theirs()
    {
        // As in a streaming prefill: the newest image of each view and the tail, everything between them in the cache already.
        int[] slots = [.. Enumerable.Range(50, 17), .. Enumerable.Range(120, 17), .. Enumerable.Range(200, 40)];
        Compare(RandomLanguage.Nano, slots, outputFrom: 0, "scattered rows");
        Compare(RandomLanguage.Nano, slots, outputFrom: slots.Length - 1, "scattered rows, last wanted");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Rows_of_one_call_have_the_bits_of_single_rows(int threads) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var language = new RandomLanguage(RandomLanguage.Nano);
        torch.set_num_threads(threads);
        const int before = 440;
        var x = _generator.randn(before + 20, 128);
        Tensor Run(ContiguousCache cache, int first, int rows) => language.Model.Kernel.Forward(
            x.narrow(0, first, rows), language.Model.Rotary.TextTables(first, rows), cache.Whole, first, norm: true);

        using var reference = new ContiguousCache(language.Text, 470);
        var whole = Run(reference, 0, before + 20);
        using var single = new ContiguousCache(language.Text, 470);
        Run(single, 0, before);
        for (var row = before; row < before + 20; row++) Same(whole.narrow(0, row, 1), Run(single, row, 1));
        for (var layer = 0; layer < language.Text.Layers; layer++) Same(reference.Whole.Keys[layer], single.Whole.Keys[layer]);
        foreach (var rows in Enumerable.Range(1, 16))
            using (var cache = new ContiguousCache(language.Text, 470))
            {
                for (var layer = 0; layer < language.Text.Layers; layer++)
                {
                    cache.Whole.Keys[layer].narrow(2, 0, before).copy_(single.Whole.Keys[layer].narrow(2, 0, before));
                    cache.Whole.Values[layer].narrow(2, 0, before).copy_(single.Whole.Values[layer].narrow(2, 0, before));
                }
                Same(whole.narrow(0, before, rows), Run(cache, before, rows));
            }
        torch.set_num_threads(1);
    });

    [Fact]
    public void Logits_and_the_final_norm_equal_LibTorchs()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var language = new RandomLanguage(RandomLanguage.Nano);
        var normed = language.Model.Norm(_generator.randn(9, 128));
        Levels.Close(language.Model.Logits(normed), language.Model.Kernel.Logits(normed), 2e-6, "logits");
    }

    [Fact]
    public void Slots_that_do_not_ascend_or_lie_outside_the_cache_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var language = new RandomLanguage(RandomLanguage.Nano);
        using var cache = new ContiguousCache(language.Text, 10);
        string Fails(long first, Tensor? slots) => Assert.Throws<TorchException>(() => language.Model.Kernel.Forward(
            torch.zeros(2, 128), language.Model.Rotary.TextTables(0, 2), cache.Whole, first, slots)).Message;

        Assert.Contains("slot 4 of row 1", Fails(0, torch.tensor([4L, 4L])));
        Assert.Contains("at least 11 slots", Fails(9, null));
    }

    private void Compare(TextConfiguration text, int[] slots, int outputFrom, string what)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var language = new RandomLanguage(text);
        var (model, rows, end) = (language.Model, slots.Length, slots[^1] + 1);
        using var expected = new ScatteredCache(text, slots, end, _generator);
        using var got = new ScatteredCache(text, slots, end, expected);
        var x = _generator.randn(1, rows, text.Hidden);
        var rotary = model.Rotary.Tables([.. Enumerable.Repeat(slots, 3).SelectMany(s => s)]);
        var deepstack = new DeepstackInput(torch.tensor([0L, rows - 1]), [_generator.randn(2, text.Hidden)]);
        var captured = new List<Tensor>();
        var reference = model.Forward(x, rotary, AttentionMask.CausalBySlot(slots, end, model.Group), expected, text.Layers > 1 ? deepstack : null, (_, h) => captured.Add(h.clone().DetachFromDisposeScope()), outputFrom);
        long[] layers = [.. Enumerable.Range(0, text.Layers - 1).Select(i => (long)i)];
        var outputs = new KernelOutputs(layers, rows / 3, torch.empty(rows - rows / 3, layers.Length * text.Hidden), torch.empty([2, text.Layers, text.KvHeads, rows, text.HeadDim]));
        var result = model.Kernel.Forward(
            x.squeeze(0), rotary, got.Whole, 0, torch.tensor(slots.Select(s => (long)s).ToArray()), text.Layers > 1 ? deepstack : null, outputFrom, norm: true, outputs);
        Levels.Close(model.Norm(reference).squeeze(0), result, Bound, $"{what}: result");
        for (var i = 0; i < layers.Length; i++)
            Levels.Close(captured[i].squeeze(0).narrow(0, rows / 3, rows - rows / 3), outputs.Captured!.narrow(1, i * text.Hidden, text.Hidden), Bound, $"{what}: stream after layer {i}");
        captured.ForEach(h => h.Dispose());
        for (var i = 0; i < text.Layers; i++)
        {
            Levels.Close(expected.Whole.Keys[i], got.Whole.Keys[i], Bound, $"{what}: keys of layer {i}");
            Levels.Close(expected.Whole.Values[i], got.Whole.Values[i], Bound, $"{what}: values of layer {i}");
            Levels.Close(expected.BeforeRotary[i].transpose(1, 2).squeeze(0), outputs.Kept!.select(0, 0).select(0, i), Bound, $"{what}: kept keys of layer {i}");
            Levels.Close(expected.Fresh[i].transpose(1, 2).squeeze(0), outputs.Kept!.select(0, 1).select(0, i), Bound, $"{what}: kept values of layer {i}");
        }
    }

    private static TextConfiguration Of(int[] s) => RandomLanguage.Of(s[0], s[1], s[2], s[3], s[4], s[5]);

    private static void Same(Tensor a, Tensor b) => Assert.Equal(a.contiguous().ToArray<float>(), b.contiguous().ToArray<float>());

    /// <summary>A cache whose new rows stand in given slots between rows that are there already.</summary>
    private sealed class ScatteredCache : IKeyValueStore, IDisposable
    {
        private readonly Tensor _slots;
        private readonly Tensor[] _keys, _values;

        internal ScatteredCache(TextConfiguration text, int[] slots, int end, Generator generator)
            : this(text, slots, () => generator.randn(1, text.KvHeads, end, text.HeadDim), null)
        {
        }

        internal ScatteredCache(TextConfiguration text, int[] slots, int end, ScatteredCache like)
            : this(text, slots, () => torch.zeros(1, text.KvHeads, end, text.HeadDim), like)
        {
        }

        private ScatteredCache(TextConfiguration text, int[] slots, Func<Tensor> make, ScatteredCache? like)
        {
            _slots = torch.tensor(slots.Select(s => (long)s).ToArray()).DetachFromDisposeScope();
            Tensor Make(Tensor[]? from, int i) => (from is null ? make() : from[i].clone()).DetachFromDisposeScope();
            _keys = [.. Enumerable.Range(0, text.Layers).Select(i => Make(like?._keys, i))];
            _values = [.. Enumerable.Range(0, text.Layers).Select(i => Make(like?._values, i))];
        }

        internal KeyValueTensors Whole => new(_keys, _values);

        internal List<Tensor> BeforeRotary { get; } = [];

        internal List<Tensor> Fresh { get; } = [];

        public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
        {
            BeforeRotary.Add(rows.KeysBeforeRotary.clone().DetachFromDisposeScope());
            Fresh.Add(rows.Values.clone().DetachFromDisposeScope());
            _keys[layer].index_copy_(2, _slots, rows.Keys.transpose(1, 2));
            _values[layer].index_copy_(2, _slots, rows.Values.transpose(1, 2));
            return (_keys[layer], _values[layer]);
        }

        public void Dispose()
        {
            _slots.Dispose();
            foreach (var tensor in _keys.Concat(_values).Concat(BeforeRotary).Concat(Fresh)) tensor.Dispose();
        }
    }
}
