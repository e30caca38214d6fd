using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>
/// The small checkpoint itself: its configuration and tokenizer read as the engine reads any checkpoint, its ids and strings exact, its
/// parameters complete and equal to the file's.
/// </summary>
public sealed class TinyKind : IFixtureKind
{
    public string Name => "tiny";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        folder.PathOf(ModelConfiguration.FileName);
        var configuration = ModelConfiguration.Load(folder.FullPath);
        var tokenizer = TokenizerFiles.Load(TokenizerLocator.Find(folder.FullPath, configuration, givenFolder: null));
        var vocabulary = ModelVocabulary.Create(tokenizer, configuration);
        CompareVocabulary(folder, tokenizer, vocabulary, comparison);
        foreach (var row in folder.Json("tokenization.json").EnumerateArray())
        {
            comparison.Exact("tokenization.json ids", vocabulary.Tokenizer.Encode(row.Text("text")), row.Ints("ids"));
            comparison.Exact("tokenization.json decoded", vocabulary.Tokenizer.Decode(row.Ints("ids")), row.Text("decoded"));
        }

        using var checkpoint = CheckpointReader.Read(folder.FullPath, configuration, vocabulary.Length);
        var file = folder.Open("model");
        foreach (var (name, parameter) in checkpoint.Parameters.Tensors) comparison.Exact(file, name, parameter.ToArray<float>());
    }

    private static void CompareVocabulary(FixtureFolder folder, Tokenizer backbone, ModelVocabulary v, Comparison comparison)
    {
        var reference = folder.Json("vocabulary.json");
        comparison.Exact("vocabulary.json length, pad, eos", [v.Length, v.Pad, v.Eos], [reference.Int("length"), reference.Int("pad"), reference.Int("eos")]);
        comparison.Exact("vocabulary.json trajectory",
            [v.TrajectoryStart, v.TrajectoryCount, v.FutureStart, v.HistoryStart],
            [reference.Int("traj_token_start_idx"), reference.Int("traj_vocab_size"), reference.Int("future_token_start_idx"), reference.Int("hist_token_start_idx")]);
        foreach (var id in reference.GetProperty("special_token_ids").EnumerateObject())
            comparison.Exact("vocabulary.json special_token_ids", [v.SpecialIds.GetValueOrDefault(id.Name, -1)], [id.Value.GetInt32()]);
        foreach (var id in reference.GetProperty("added").EnumerateObject())
            comparison.Exact("vocabulary.json added", [backbone.IdOf(id.Name) ?? -1], [id.Value.GetInt32()]);
        TokenizerKind.CompareMarkers("vocabulary.json", v, reference, comparison);
    }
}
