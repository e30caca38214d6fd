using FlashDrive.Model.Tokenization;

namespace FlashDrive.Training.Samples;

/// <summary>A thought as generation would produce it: the sentence, the end of thought, the hand-over to the action expert.</summary>
/// <param name="Ids">[n] token ids.</param>
/// <param name="Weights">[n] weight of each token in the loss.</param>
public sealed record Thought(int[] Ids, float[] Weights);

/// <summary>Turns sentences into thoughts; tokens of the phrases that name cause and manoeuvre weigh more than the words between.</summary>
public sealed class ThoughtEncoder(ModelVocabulary vocabulary, float phraseWeight = 3)
{
    public Thought Encode(DrivingSample sample)
    {
        var sentence = vocabulary.Tokenizer.Encode(sample.Sentence);
        int[] ids = [.. sentence, vocabulary.CotEnd, vocabulary.TrajectoryFutureStart];
        var weights = new float[ids.Length];
        Array.Fill(weights, 1f);
        var (cause, manoeuvre) = (sample.CausePhrase.GetOffsetAndLength(sample.Sentence.Length), sample.ManoeuvrePhrase.GetOffsetAndLength(sample.Sentence.Length));
        var start = 0;
        for (var i = 0; i < sentence.Length; i++)
        {
            // The grammar's sentences are ASCII: a token's bytes are its characters.
            var end = start + vocabulary.Tokenizer.Decode([sentence[i]]).Length;
            if (Overlaps(cause, start, end) || Overlaps(manoeuvre, start, end)) weights[i] = phraseWeight;
            start = end;
        }
        return new(ids, weights);
    }

    private static bool Overlaps((int Offset, int Length) phrase, int start, int end) => start < phrase.Offset + phrase.Length && end > phrase.Offset;
}
