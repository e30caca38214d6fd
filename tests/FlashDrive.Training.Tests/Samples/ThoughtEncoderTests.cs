using FlashDrive.Driving;
using FlashDrive.Model.Tokenization;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Vocabulary;

namespace FlashDrive.Training.Tests.Samples;

public sealed class ThoughtEncoderTests
{
    private static readonly ModelVocabulary Vocabulary = ModelVocabulary.Extend(
        SmallModel.Vocabulary.ToTokenizer(), NanoVocabulary.FutureBins + NanoVocabulary.HistoryBins, NanoVocabulary.FutureBins, NanoVocabulary.HistoryBins, true);

    [Fact]
    public void A_thought_ends_as_generation_ends_and_its_phrases_weigh_three_times()
    {
        const string sentence = "Slow to keep a safe gap because the lead vehicle ahead is braking.";
        var link = sentence.IndexOf(" because ", StringComparison.Ordinal);
        var sample = new DrivingSample([], [], sentence, (link + 9)..(sentence.Length - 1), 0..link, EgoHistory.Straight(5), null);

        var thought = new ThoughtEncoder(Vocabulary).Encode(sample);

        Assert.Equal(sentence, Vocabulary.Tokenizer.Decode(thought.Ids[..^2]));
        Assert.Equal([Vocabulary.CotEnd, Vocabulary.TrajectoryFutureStart], thought.Ids[^2..]);
        var words = thought.Ids.Zip(thought.Weights, (id, weight) => (Text: Vocabulary.Tokenizer.Decode([id]), weight)).ToList();
        Assert.Equal(["Slow", " to", " keep", " a", " safe", " gap", " the", " lead", " vehicle", " ahead", " is", " braking"], words.Where(w => w.weight == 3).Select(w => w.Text));
        Assert.All(words.Where(w => w.Text is " because" or "."), w => Assert.Equal(1, w.weight));
        Assert.All(thought.Weights[^2..], weight => Assert.Equal(1, weight));
    }
}
