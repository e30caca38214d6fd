namespace FlashDrive.Service.Reporting;

/// <summary>How far something long has come, in place on a terminal; elsewhere one line at its beginning.</summary>
internal sealed class PartDone : IProgress<double>
{
    private readonly TextWriter _output;
    private readonly string _what;
    private readonly bool _terminal;
    private int _shown = -1;

    public PartDone(TextWriter output, string what, bool terminal)
    {
        (_output, _what, _terminal) = (output, what, terminal);
        if (!terminal) output.WriteLine(what);
    }

    /// <summary>In place when the writer is a terminal's.</summary>
    public static PartDone On(TextWriter output, string what) => new(output, what, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);

    public void Report(double part)
    {
        var percent = (int)(100 * Math.Clamp(part, 0, 1));
        if (!_terminal || percent == _shown) return;
        _shown = percent;
        _output.Write($"\r{_what} {percent,3} %");
        if (percent == 100) _output.WriteLine();
        _output.Flush();
    }
}
