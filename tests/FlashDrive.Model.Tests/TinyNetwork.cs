using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Expert;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>The golden tiny's configuration with seeded random weights, and a cache for one window of it.</summary>
internal sealed class TinyNetwork : IDisposable
{
    internal TinyNetwork(ScalarType dtype = ScalarType.Float32)
    {
        Configuration = ModelConfiguration.Load(Fixtures.Golden("tiny"));
        Vocabulary = ModelVocabulary.Create(TokenizerFiles.Load(Fixtures.Golden("tiny", "vlm")), Configuration);
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(7);
        var parameters = ParameterShapes.Of(Configuration, Vocabulary.Length).Select(shape => KeyValuePair.Create(shape.Name, Draw(generator, shape).to(dtype)));
        Model = new(Configuration, new ParameterSet(parameters));
    }

    internal ModelConfiguration Configuration { get; }

    internal ModelVocabulary Vocabulary { get; }

    internal AlpamayoModel Model { get; }

    public void Dispose() => Model.Dispose();

    private static Tensor Draw(Generator generator, ParameterShape shape)
    {
        var values = generator.randn(shape.Shape);
        if (shape.Name.EndsWith("norm.weight", StringComparison.Ordinal) || shape.Name.Contains("layernorm", StringComparison.Ordinal)) return values * 0.1 + 1;
        return values * (1 / Math.Sqrt(shape.Shape.Length > 1 ? shape.Elements / shape.Shape[0] : 100));
    }

    /// <summary>Keys and values of a window and the room behind it.</summary>
    internal sealed class Cache : IKeyValueStore, IKeyValueCache, IDisposable
    {
        private readonly Tensor[] _keys, _values;
        private int _first, _rows;

        internal Cache(TextConfiguration text, int slots)
        {
            Tensor Make() => torch.zeros(1, text.KvHeads, slots, text.HeadDim).DetachFromDisposeScope();
            _keys = [.. Enumerable.Range(0, text.Layers).Select(_ => Make())];
            _values = [.. Enumerable.Range(0, text.Layers).Select(_ => Make())];
        }

        internal void Begin(int first, int rows) => (_first, _rows) = (first, rows);

        public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
        {
            _keys[layer].narrow(2, _first, _rows).copy_(rows.Keys.transpose(1, 2));
            _values[layer].narrow(2, _first, _rows).copy_(rows.Values.transpose(1, 2));
            return Layer(layer);
        }

        public (Tensor Keys, Tensor Values) Layer(int layer) => (_keys[layer].narrow(2, 0, _first + _rows), _values[layer].narrow(2, 0, _first + _rows));

        public void Dispose()
        {
            foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
        }
    }
}
