namespace FlashDrive.Inference;

/// <summary>What a random number is drawn for: a part of its key, so that no two uses share numbers.</summary>
public enum RandomPurpose
{
    /// <summary>Sampling of reasoning tokens.</summary>
    Thought = 1,

    /// <summary>Initial noise of the flow.</summary>
    Flow = 2,
}
