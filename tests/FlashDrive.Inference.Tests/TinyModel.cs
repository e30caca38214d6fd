using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests;

/// <summary>A model of the golden tiny's configuration with seeded random weights: shapes and laws, not numbers, are tested on it.</summary>
internal static class TinyModel
{
    private static readonly string Folder = Path.Combine(Root(), "tests", "fixtures", "golden", "tiny");

    internal static DrivingModel Create(ScalarType dtype = ScalarType.Float32)
    {
        torch.set_num_threads(1);
        var configuration = ModelConfiguration.Load(Folder);
        var vocabulary = ModelVocabulary.Create(TokenizerFiles.Load(Path.Combine(Folder, "vlm")), configuration);
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(7);
        var parameters = ParameterShapes.Of(configuration, vocabulary.Length).Select(shape => KeyValuePair.Create(shape.Name, Draw(generator, shape).to(dtype)));
        var set = new ParameterSet(parameters);
        Punctuate(set, vocabulary);
        return new("tiny", new AlpamayoModel(configuration, set), vocabulary);
    }

    /// <summary>Makes a few tokens loud, so that thoughts of random weights have sentences and ends.</summary>
    private static void Punctuate(ParameterSet parameters, ModelVocabulary vocabulary)
    {
        using var guard = torch.no_grad();
        var head = parameters[ParameterShapes.Head];
        foreach (var text in (string[])[".", "!", "?"]) head[vocabulary.Tokenizer.IdOf(text)!.Value].mul_(5);
        head[vocabulary.CotEnd].mul_(4);
    }

    /// <summary>Two cameras with noise images that differ from tick to tick.</summary>
    internal static FrameBundle Tick(long id, int width = 64, int height = 64, long? microseconds = null, int[]? cameras = null)
    {
        var frames = (cameras ?? [1, 6]).Select(camera =>
        {
            var random = new KeyedRandom(5).At(id).At(camera);
            var rgb = new byte[width * height * 3];
            for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)random.Bits((ulong)i);
            return new CameraFrame(camera, microseconds ?? id * 100_000, width, height, rgb);
        });
        return new(id, microseconds ?? id * 100_000, [.. frames], EgoHistory.Straight(10));
    }

    private static Tensor Draw(Generator generator, ParameterShape shape)
    {
        var values = generator.randn(shape.Shape);
        if (shape.Name.EndsWith("norm.weight", StringComparison.Ordinal) || shape.Name.Contains("layernorm", StringComparison.Ordinal)) return values * 0.1 + 1;
        var fanIn = shape.Shape.Length > 1 ? shape.Elements / shape.Shape[0] : 100;
        // Flat random weights make the flow chaotic (alpamayo.md §20, trap 24).
        var gain = shape.Name.Contains("trunk.0.weight", StringComparison.Ordinal) ? 0.1 : 1;
        return values * (gain / Math.Sqrt(fanIn));
    }

    /// <summary>The repository, whose fixtures tests read in place.</summary>
    internal static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln"))) return folder.FullName;
        throw new InvalidOperationException("no FlashDrive.Actors.sln above the test's folder");
    }
}
