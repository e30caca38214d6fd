namespace FlashDrive.Inference;

/// <summary>Stable names of the stages: the paper's four, and the places around them where a frame can fail.</summary>
public static class StageNames
{
    public const string Ingest = "ingest", Encode = "encode", Prefill = "prefill", Decode = "decode", Action = "action", Guard = "guard", Publish = "publish";

    /// <summary>The paper's four, in order.</summary>
    public static readonly IReadOnlyList<string> All = [Encode, Prefill, Decode, Action];
}
