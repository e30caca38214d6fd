using FlashDrive.Driving;
using FlashDrive.Driving.Clips;

namespace FlashDrive.Service.Drive;

/// <summary>A player of the same clip for every stream; the first one's first tick can be looked at beforehand.</summary>
internal sealed class ClipPlayers : IDisposable
{
    private readonly List<ClipPlayer> _players = [];
    private FrameBundle? _first;

    public ClipPlayers(Clip clip, int count)
    {
        try
        {
            for (var i = 0; i < count; i++) _players.Add(new(clip));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ClipPlayer this[int stream] => _players[stream];

    /// <summary>The first tick of the first stream, which still comes first; null when there is none.</summary>
    public FrameBundle? First => _first ??= _players[0].Next();

    /// <summary>All ticks of a stream; to be enumerated once.</summary>
    public IEnumerable<FrameBundle> Bundles(int stream)
    {
        if (stream == 0 && _first is { } first) yield return first;
        while (_players[stream].Next() is { } bundle) yield return bundle;
    }

    public void Dispose()
    {
        foreach (var player in _players) player.Dispose();
    }
}
