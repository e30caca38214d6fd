namespace FlashDrive.World.Tests;

public sealed class SentenceGrammarTests
{
    public static TheoryData<Cause, int> EveryCauseAndSide()
    {
        var data = new TheoryData<Cause, int>();
        foreach (var cause in Enum.GetValues<Cause>())
        {
            data.Add(cause, -1);
            data.Add(cause, 1);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryCauseAndSide))]
    public void A_sentence_says_in_12_to_20_words_what_the_parser_reads_back(Cause cause, int side)
    {
        var (sentence, _, _) = SentenceGrammar.Say(cause, side, isAmber: false);
        Assert.InRange(sentence.Split(' ').Length, 12, 20);
        Assert.Equal((cause, SentenceGrammar.ManoeuvreFor(cause, side)), SentenceGrammar.Parse(sentence));
        Assert.Contains(sentence, SentenceGrammar.AllSentences);
    }

    [Fact]
    public void Phrase_spans_cut_the_cause_and_the_manoeuvre_out_of_the_sentence()
    {
        var (sentence, cause, manoeuvre) = SentenceGrammar.Say(Cause.LeadBraking, 0, isAmber: false);
        Assert.Equal("Slow to keep a safe gap because the lead vehicle ahead is braking.", sentence);
        Assert.Equal("the lead vehicle ahead is braking", sentence[cause]);
        Assert.Equal("Slow to keep a safe gap", sentence[manoeuvre]);
    }

    [Fact]
    public void An_amber_light_is_a_red_light_in_other_words()
    {
        var (sentence, _, _) = SentenceGrammar.Say(Cause.RedLight, 0, isAmber: true);
        Assert.Equal("Come to a stop before the line because the traffic light ahead shows amber.", sentence);
        Assert.Equal((Cause.RedLight, Manoeuvre.Stop), SentenceGrammar.Parse(sentence));
    }

    [Theory]
    [InlineData("")]
    [InlineData("The weather is nice.")]
    public void A_text_without_known_phrases_names_nothing(string text) => Assert.Equal((null, null), SentenceGrammar.Parse(text));

    [Fact]
    public void A_half_sentence_names_what_it_names() => Assert.Equal((null, Manoeuvre.Follow), SentenceGrammar.Parse("Follow at a steady distance because of"));
}
