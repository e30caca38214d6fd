using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

public class ModelVocabularyTests
{
    [Theory]
    [InlineData("tokenizer", 151669, 4000, 3000)]
    [InlineData("tiny", 582, 1100, 100)]
    public void Special_and_trajectory_tokens_have_the_reference_ids(string kind, int start, int trajectoryTokens, int futureBins)
    {
        var backbone = kind == "tiny" ? TokenizerFiles.Load(Fixtures.Golden("tiny", "vlm")) : QwenVocabulary.Base;
        var v = ModelVocabulary.Extend(backbone, trajectoryTokens, futureBins, 1000, addSpecialTokens: true);
        var reference = Fixtures.Json(kind, "vocabulary.json");
        Assert.Equal(reference.GetProperty("special_token_ids").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32()), v.SpecialIds);
        Assert.Equal((reference.GetProperty("pad").GetInt32(), reference.GetProperty("eos").GetInt32()), (v.Pad, v.Eos));
        Assert.Equal((start, start, start + futureBins), (v.TrajectoryStart, v.FutureStart, v.HistoryStart));
        var markers = reference.GetProperty("traj_token_ids");
        Assert.Equal(
            (markers.GetProperty("history").GetInt32(), markers.GetProperty("history_start").GetInt32(), markers.GetProperty("history_end").GetInt32(),
                markers.GetProperty("future_start").GetInt32(), markers.GetProperty("future_end").GetInt32()),
            (v.TrajectoryHistory, v.TrajectoryHistoryStart, v.TrajectoryHistoryEnd, v.TrajectoryFutureStart, v.TrajectoryFutureEnd));
    }

    [Fact]
    public void Without_special_tokens_only_the_six_trajectory_markers_follow()
    {
        var v = ModelVocabulary.Extend(QwenVocabulary.Base, 4000, 3000, 1000, addSpecialTokens: false);
        var reference = Fixtures.Json("tokenizer", "vocabulary.json").GetProperty("without_special_tokens");
        Assert.Equal(reference.GetProperty("length").GetInt32(), v.Length);
        foreach (var (name, key) in new[] { ("traj_history", "history"), ("traj_future", "future"), ("traj_history_start", "history_start"), ("traj_future_start", "future_start"), ("traj_history_end", "history_end"), ("traj_future_end", "future_end") })
            Assert.Equal(reference.GetProperty("traj_token_ids").GetProperty(key).GetInt32(), v.Special(name));
        Assert.Contains("<|cot_end|>", Assert.Throws<InvalidTokenizerException>(() => v.CotEnd).Message);
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        var tiny = TokenizerFiles.Load(Fixtures.Golden("tiny", "vlm"));
        Assert.Contains("image_token_id = 151655", Assert.Throws<InvalidTokenizerException>(() => ModelVocabulary.Create(tiny, ModelPreset.Published().Configuration)).Message);
        Assert.Equal(1710, ModelVocabulary.Create(tiny, ModelConfiguration.Load(Fixtures.Golden("tiny"))).Length);
    }

    [Fact]
    public void The_tokenizer_is_sought_in_the_given_folder_then_beside_the_checkpoint_then_in_the_environment()
    {
        using var empty = new TemporaryFolder();
        var (tiny, vlm) = (Fixtures.Golden("tiny"), Fixtures.Golden("tiny", "vlm"));
        Assert.Equal(vlm, TokenizerLocator.Find(empty.Path, "vlm", vlm, null));
        Assert.Equal(Path.Combine(tiny, "vlm"), TokenizerLocator.Find(tiny, "vlm", null, empty.Path));
        Assert.Equal(vlm, TokenizerLocator.Find(empty.Path, "nvidia/Cosmos-Reason2-8B", null, vlm));
        Assert.StartsWith($"--tokenizer {empty.Path}:", Assert.Throws<InvalidTokenizerException>(() => TokenizerLocator.Find(tiny, "vlm", empty.Path, vlm)).Message);
        var message = Assert.Throws<InvalidTokenizerException>(() => TokenizerLocator.Find(empty.Path, "nvidia/Cosmos-Reason2-8B", null, null)).Message;
        Assert.Contains("tokenizer.json (or vocab.json and merges.txt) by --tokenizer DIR or FLASHDRIVE_TOKENIZER", message);
        Assert.DoesNotContain("\n", message);
    }
}
