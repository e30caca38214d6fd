using FlashDrive.Training.Target;

namespace FlashDrive.Service.Train;

/// <summary>How a training goes: a bar in place on a terminal, a line every half minute elsewhere; checks on lines of their own.</summary>
internal sealed class TrainingView(TextWriter output, TimeProvider time, bool terminal) : IProgress<TrainingProgress>
{
    private const int BarWidth = 24;
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5), OnPaper = TimeSpan.FromSeconds(30);

    private double _thought, _flow, _classes;
    private int _steps;
    private long? _shown;

    public void Report(TrainingProgress progress)
    {
        _thought += progress.ThoughtLoss;
        _flow += progress.FlowLoss;
        _classes += progress.ClassLoss;
        _steps++;
        var last = progress.Step == progress.TotalSteps;
        if (_shown is { } shown && time.GetElapsedTime(shown) < (terminal ? OnTerminal : OnPaper) && progress.Check is null && !last) return;
        _shown = time.GetTimestamp();
        var line = LineOf(progress);
        if (terminal) output.Write($"\r{line}\u001b[K{(last || progress.Check is not null ? "\n" : "")}");
        else output.WriteLine(line);
        if (progress.Check is { } check) output.WriteLine(check.ToString());
        output.Flush();
        (_thought, _flow, _classes, _steps) = (0, 0, 0, 0);
    }

    /// <summary>Losses are means since the line before.</summary>
    private string LineOf(TrainingProgress progress)
    {
        var filled = (int)(BarWidth * progress.Step / Math.Max(progress.TotalSteps, 1));
        var bar = terminal ? $"[{new string('=', filled)}{new string(' ', BarWidth - filled)}] " : "";
        return FormattableString.Invariant(
            $"{bar}{progress.Stage} {progress.Step}/{progress.TotalSteps}, thought {_thought / _steps:F3}, flow {_flow / _steps:F3}, classes {_classes / _steps:F3}, {progress.SamplesPerSecond:F1} samples/s, {Left(progress.Remaining)} left");
    }

    private static string Left(TimeSpan time) => FormattableString.Invariant($"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}");
}
