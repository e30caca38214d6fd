using FlashDrive.Actors;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Drive.Pipelined;
using FlashDrive.Service.Pipelines;

namespace FlashDrive.Service.Drive;

/// <summary>The pipeline a drive runs on: its file, and the limits that follow from the file and the machine.</summary>
internal sealed record PipelineChoice(string File, PipelineSettings Settings, PipelineOptions Options, TimeSpan? SerialLatency)
{
    /// <exception cref="FlashDriveException">The file is not there, or is no pipeline's.</exception>
    public static (string File, PipelineSettings Settings) Read(DriveRequest request)
    {
        var file = request.Pipeline ?? Places.DefaultPipeline;
        return (file, PipelineSettingsFile.Read(file));
    }

    /// <param name="first">The drive's first tick, on which the serial latency is measured where the limits are counted in it.</param>
    public static PipelineChoice Make(
        DriveRequest request, (string File, PipelineSettings Settings) read, DrivingModel model, EngineOptions engine, FrameBundle? first, TimeProvider time, CancellationToken cancel)
    {
        var options = new PipelineOptions(engine)
        {
            Policy = request.Rate.IsRealTime ? EdgePolicy.RealTime : EdgePolicy.Lossless,
            Sessions = read.Settings.Sessions,
            MaxStreams = request.Streams,
            TorchThreads = request.Threads ?? read.Settings.TorchThreads,
        };
        if (!request.Rate.IsRealTime || first is null) return new(read.File, read.Settings, options, null);
        TimeSpan? serial = read.Settings.Unit == LimitUnit.SerialLatency ? Pipelined.SerialLatency.Measure(model, engine, first, time, cancel) : null;
        return new(read.File, read.Settings, options with { Limits = read.Settings.Limits(serial ?? TimeSpan.Zero, request.Rate.Period) }, serial);
    }

    /// <summary>For the head of a drive.</summary>
    public IReadOnlyList<string> Lines()
    {
        var lines = new List<string>
        {
            FormattableString.Invariant($"pipeline {File}: {Options.Sessions} session(s), {Options.TorchThreads} LibTorch thread(s) a stage, {(Options.Policy == EdgePolicy.RealTime ? "newest frame wins" : "no frame is dropped")}"),
        };
        if (SerialLatency is { } serial) lines.Add($"serial latency {Ms(serial)} (one frame alone, one LibTorch thread)");
        if (Options.Policy == EdgePolicy.RealTime) lines.Add(Line(Options.Limits));
        return lines;
    }

    private static string Line(RealTimeLimits limits) =>
        $"a plan is late after {Ms(limits.Deadline)}, dropped after {Ms(limits.StaleAfter)}; without one for {Ms(limits.FallbackAfter)} the last is continued, braking";

    private static string Ms(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:F0} ms");
}
