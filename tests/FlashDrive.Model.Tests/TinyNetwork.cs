using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>The golden tiny's configuration with seeded random weights.</summary>
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
}
