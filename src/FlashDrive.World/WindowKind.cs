namespace FlashDrive.World;

/// <summary>How a sampled window lies in time.</summary>
public enum WindowKind
{
    /// <summary>The event begins at t0: the ego's history is near-constant speed whatever the cause, so it tells nothing about it.</summary>
    Onset,

    /// <summary>Any moment of a longer drive; the history may tell what is going on.</summary>
    Episode,
}
