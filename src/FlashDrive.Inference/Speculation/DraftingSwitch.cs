namespace FlashDrive.Inference.Speculation;

/// <summary>
/// Turns a stream's drafting off while it does not pay and tries it again later, by counts alone: off when the last rounds yielded
/// fewer tokens on average than a drafted round costs, on again after a number of plain rounds. What it decides changes no token.
/// The routine reasoner asks and the verifier reports, each from its own thread.
/// </summary>
public sealed class DraftingSwitch(DraftingOptions options)
{
    private readonly Lock _lock = new();
    private readonly int[] _yields = new int[options.Window];
    private int _rounds, _sum, _plain;
    private bool _off;

    /// <summary>Rounds are drafted at the moment.</summary>
    public bool IsOn
    {
        get
        {
            lock (_lock) return !_off;
        }
    }

    /// <summary>Whether the next round is to be drafted; a plain one counts towards the next trial.</summary>
    public bool Ask()
    {
        lock (_lock)
        {
            if (!_off) return true;
            if (++_plain <= options.ProbeAfter) return false;
            _off = false;
            return true;
        }
    }

    /// <summary>Reports a drafted round.</summary>
    /// <param name="accepted">Proposals that were taken; a round yields one token more.</param>
    public void Report(int accepted)
    {
        lock (_lock)
        {
            // Rounds in flight while it was turned off belong to the counts that turned it off.
            if (_off) return;
            var place = _rounds % _yields.Length;
            _sum += accepted + 1 - (_rounds >= _yields.Length ? _yields[place] : 0);
            _yields[place] = accepted + 1;
            _rounds++;
            if (_rounds < _yields.Length || _sum >= options.CostRatio * _yields.Length) return;
            _off = true;
            (_rounds, _sum, _plain) = (0, 0, 0);
        }
    }
}
