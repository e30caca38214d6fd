using FlashDrive.Driving;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Training.Vocabulary;

/// <summary>
/// The small backbone vocabulary of the nano model: a byte-level BPE (Sennrich et al. 2016) learned from the prompt's own words and
/// from every sentence a world can say, so that most words are one token.
/// </summary>
public static class NanoVocabulary
{
    /// <summary>Discrete future bins; generation never emits them, the layout of the vocabulary asks for them.</summary>
    public const int FutureBins = 100;

    public const int HistoryBins = 1000;

    private const int MaxMerges = 400;

    // The trainer learns pairs that occur twice; repeated, every word of the corpus becomes a token of its own.
    private const int Repetitions = 2;

    /// <param name="sentences">Every sentence the world's grammar can say.</param>
    public static BpeModel Learn(IReadOnlyList<string> sentences)
    {
        var corpus = sentences.Append(PromptText()).ToList();
        return BpeTrainer.Train(Enumerable.Repeat(corpus, Repetitions).SelectMany(texts => texts), MaxMerges);
    }

    /// <summary>The prompt with every camera and frame number; only its words matter here.</summary>
    private static string PromptText()
    {
        var bytes = BpeTrainer.Train([], 0).ToTokenizer();
        var vocabulary = ModelVocabulary.Extend(bytes, FutureBins + HistoryBins, FutureBins, HistoryBins, addSpecialTokens: true);
        var cameras = Enumerable.Range(0, 7).ToList();
        const int frames = 4;
        var grids = Enumerable.Repeat(new ImageGrid(1, 2, 2), cameras.Count * frames).ToList();
        return new PromptBuilder(vocabulary, historyTokens: 1).Build(new(grids, frames, cameras)).Text;
    }
}
