using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.World;

namespace FlashDrive.Training.Tests.Vocabulary;

public sealed class NanoVocabularyTests
{
    [Fact]
    public void The_shipped_preset_names_the_ids_that_the_worlds_sentences_lead_to()
    {
        var preset = ModelPreset.Load(Repository.File("config/models/nano.json"));

        var vocabulary = ModelVocabulary.Create(SmallModel.Vocabulary.ToTokenizer(), preset.Configuration);

        Assert.Equal(1708, vocabulary.Length);
    }

    [Fact]
    public void Every_word_of_every_sentence_is_one_token()
    {
        var tokenizer = SmallModel.Vocabulary.ToTokenizer();

        foreach (var sentence in SentenceGrammar.AllSentences)
            Assert.Equal(sentence.Split(' ').Length + 1, tokenizer.Encode(sentence).Length);
    }

    [Fact]
    public void An_image_of_a_clip_is_halved_and_one_of_the_models_size_stays()
    {
        var c = ModelPreset.Load(Repository.File("config/models/nano.json")).Configuration;
        var processor = new Model.Vision.ImageProcessor(c.Vision, c.MinPixels, c.MaxPixels);

        Assert.Equal((96, 160), processor.TargetSize(192, 320));
        Assert.Equal((96, 160), processor.TargetSize(96, 160));
    }
}

internal static class Repository
{
    internal static string File(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln"))) return Path.Combine(folder.FullName, path);
        throw new DirectoryNotFoundException("the repository's root is not above the tests");
    }
}
