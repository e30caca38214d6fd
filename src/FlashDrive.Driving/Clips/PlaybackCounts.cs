namespace FlashDrive.Driving.Clips;

/// <summary>What a playback delivered so far, and why it delivered no more.</summary>
public sealed class PlaybackCounts
{
    private readonly SortedDictionary<string, int> _refused = [];

    /// <summary>Ticks with a bundle.</summary>
    public int Bundles { get; internal set; }

    /// <summary>Of these, with a repeated frame.</summary>
    public int Patched { get; internal set; }

    /// <summary>Ticks without a bundle because a camera had brought nothing for three periods.</summary>
    public long Degraded { get; internal set; }

    /// <summary>Refused frames by reason.</summary>
    public IReadOnlyDictionary<string, int> Refused => _refused;

    /// <summary>Why the playback ended before the clip's last tick, naming the camera; null when it did not.</summary>
    public string? EndedEarly { get; internal set; }

    internal void CountRefused(string reason) => _refused[reason] = _refused.GetValueOrDefault(reason) + 1;
}
