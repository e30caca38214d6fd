namespace FlashDrive.Inference.Speculation;

/// <summary>Where a token of a thought came from, beside the names of the drafters.</summary>
public static class TokenSources
{
    /// <summary>Drawn from the target's scores where no proposal stood, or another one.</summary>
    public const string Target = "target";

    /// <summary>Written because a rule asks for it: the end of a thought that its budget or another marker closed, and the hand-over.</summary>
    public const string Rule = "rule";
}
