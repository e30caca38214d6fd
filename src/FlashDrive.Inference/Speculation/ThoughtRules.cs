using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// The tokens that end a thought and the shape of an ended one: text, then the end of the thought, then the start of the trajectory,
/// whatever ended it. An empty thought is never the target's own: no end may be the first token.
/// </summary>
/// <param name="End">End of the thought (COT_END).</param>
/// <param name="Trajectory">Start of the trajectory, which hands over to the flow.</param>
/// <param name="Turn">End of the turn; null where there is none.</param>
/// <param name="TextOf">Text of a token.</param>
public sealed record ThoughtRules(int End, int Trajectory, int? Turn, Func<int, string> TextOf)
{
    /// <summary>The published loop, which conformance reproduces: only <see cref="End"/> ends, a spent budget cuts, and of periods only the last token of a round counts.</summary>
    internal bool Published { get; init; }

    public static ThoughtRules Of(ModelVocabulary vocabulary) =>
        new(vocabulary.CotEnd, vocabulary.TrajectoryFutureStart, vocabulary.Eos, token => vocabulary.Tokenizer.Decode([token]));

    /// <summary>How a thought ends with that token, if it does.</summary>
    public ThoughtEnding EndingOf(int token) =>
        token == End ? ThoughtEnding.Completed
        : Published ? ThoughtEnding.None
        : token == Trajectory ? ThoughtEnding.Completed
        : token == Turn ? ThoughtEnding.Turn
        : ThoughtEnding.None;

    /// <summary>Forbids the ends, which no thought begins with.</summary>
    public void BanEnds(Span<float> logits)
    {
        if (End < logits.Length) logits[End] = float.NegativeInfinity;
        if (Published) return;
        logits[Trajectory] = float.NegativeInfinity;
        if (Turn is { } turn) logits[turn] = float.NegativeInfinity;
    }

    public bool IsPeriod(int token) => TextOf(token).TrimEnd().EndsWith('.');

    /// <summary>Tokens up to the end of the last complete sentence; 0 when there is none.</summary>
    public int CompleteSentences(IReadOnlyList<int> tokens)
    {
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            var text = TextOf(tokens[i]).TrimEnd();
            if (text.Length == 0 || text[^1] is not ('.' or '!' or '?')) continue;
            // The point of a number ends nothing: "3.5" in the middle, or cut behind the point.
            var before = text.Length > 1 ? text[^2] : i > 0 && TextOf(tokens[i - 1]) is [.., var last] ? last : ' ';
            var inNumber = text[^1] == '.' && char.IsAsciiDigit(before)
                && (i == tokens.Count - 1 || (TextOf(tokens[i + 1]) is [var next, ..] && char.IsAsciiDigit(next)));
            if (!inNumber) return i + 1;
        }
        return 0;
    }
}
