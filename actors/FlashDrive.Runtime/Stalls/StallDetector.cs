namespace FlashDrive.Runtime.Stalls;

/// <summary>
/// Tells standstills from two things that should come at known moments: the watching thread's own wake-ups, and a probe's answer from
/// the thread pool. Knows no clock and no thread.
/// </summary>
/// <param name="period">Between two wake-ups.</param>
/// <param name="bound">What is longer is a stall.</param>
public sealed class StallDetector(TimeSpan period, TimeSpan bound)
{
    private TimeSpan? _lastWake;
    private TimeSpan _collecting, _asked, _collectingAsked;
    private bool _isAsked, _isTold;

    /// <summary>Whether the next probe may be sent: the last one was answered.</summary>
    public bool MayAsk => !_isAsked;

    /// <summary>The watching thread woke.</summary>
    /// <param name="collecting">Time the collector has held all threads since the process began.</param>
    public Stall? Woke(TimeSpan now, TimeSpan collecting)
    {
        var (last, before) = (_lastWake, _collecting);
        (_lastWake, _collecting) = (now, collecting);
        if (last is null || now - last.Value - period <= bound) return null;
        // Nobody could answer a probe meanwhile: its waiting begins anew.
        (_asked, _collectingAsked) = (now, collecting);
        return new(StallKind.Process, now - last.Value - period, collecting - before);
    }

    /// <summary>A probe was given to the thread pool.</summary>
    public void Asked(TimeSpan now, TimeSpan collecting) => (_isAsked, _isTold, _asked, _collectingAsked) = (true, false, now, collecting);

    /// <summary>Looks after the probe; one stall is told per probe, however long it takes.</summary>
    /// <param name="isAnswered">The thread pool ran it.</param>
    public Stall? Look(TimeSpan now, TimeSpan collecting, bool isAnswered)
    {
        if (!_isAsked) return null;
        if (isAnswered) _isAsked = false;
        if (_isTold || now - _asked <= bound) return null;
        _isTold = true;
        return new(StallKind.ThreadPool, now - _asked, collecting - _collectingAsked);
    }
}
