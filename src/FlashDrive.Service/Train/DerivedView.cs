using FlashDrive.Training.Derived;

namespace FlashDrive.Service.Train;

/// <summary>How a training upon a finished model goes: a line in place on a terminal, one every half minute elsewhere; validations on lines of their own.</summary>
internal sealed class DerivedView(TextWriter output, TimeProvider time, bool terminal) : IProgress<DerivedProgress>
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5), OnPaper = TimeSpan.FromSeconds(30);

    private double _loss;
    private int _steps;
    private long? _shown;

    public void Report(DerivedProgress progress)
    {
        _loss += progress.Loss;
        _steps++;
        var last = progress.Step == progress.TotalSteps;
        if (_shown is { } shown && time.GetElapsedTime(shown) < (terminal ? OnTerminal : OnPaper) && progress.Validation is null && !last) return;
        _shown = time.GetTimestamp();
        // The loss is the mean since the line before.
        var line = FormattableString.Invariant(
            $"{progress.Stage} {progress.Step}/{progress.TotalSteps}, loss {_loss / _steps:F4}, rate {progress.LearningRate:E1}, {progress.StepsPerSecond:F2} steps/s, {Left(progress.Remaining)} left");
        if (terminal) output.Write($"\r{line}\u001b[K{(last || progress.Validation is not null ? "\n" : "")}");
        else output.WriteLine(line);
        if (progress.Validation is { } found) output.WriteLine(found);
        output.Flush();
        (_loss, _steps) = (0, 0);
    }

    private static string Left(TimeSpan time) => FormattableString.Invariant($"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}");
}
