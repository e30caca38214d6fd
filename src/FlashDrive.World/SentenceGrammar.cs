namespace FlashDrive.World;

/// <summary>The fixed grammar of the expert's sentences and its parser.</summary>
public static class SentenceGrammar
{
    /// <summary>Cause and manoeuvre named by a sentence, null where none of the known phrases occurs.</summary>
    public static (Cause? Cause, Manoeuvre? Manoeuvre) Parse(string sentence) => throw new NotImplementedException();

    /// <summary>Every sentence the grammar can say; a tokenizer is trained on these.</summary>
    public static IReadOnlyList<string> AllSentences => throw new NotImplementedException();
}
