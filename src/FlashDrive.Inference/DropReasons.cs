namespace FlashDrive.Inference;

/// <summary>Stable names of why a frame ended without a plan though nothing failed.</summary>
public static class DropReasons
{
    /// <summary>The first frames of a window are being collected.</summary>
    public const string Warming = "warming";

    /// <summary>It joined the window, and a newer frame was planned for.</summary>
    public const string Superseded = "superseded";

    /// <summary>It waited in its stream's inlet and a newer one took the place.</summary>
    public const string Inlet = "inlet";

    /// <summary>Its window was restarted before it was through.</summary>
    public const string Epoch = "epoch";

    /// <summary>Its plan was too old for anybody.</summary>
    public const string Stale = "stale";

    /// <summary>A newer frame's plan left before its own was ready.</summary>
    public const string Overtaken = "overtaken";

    /// <summary>Its stream was closed or the engine stopped.</summary>
    public const string Cancelled = "cancelled";
}
