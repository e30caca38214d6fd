using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Tests.Launcher;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>The program as a process of its own, interrupted while it drives.</summary>
public class InterruptTests(SmallClip clip) : IClassFixture<SmallClip>, IDisposable
{
    private static readonly string Model = Path.Combine(LauncherCheckout.RepositoryRoot(), "tests", "fixtures", "golden", "tiny");

    // Longer than the two seconds that are promised: the machine may be busy with other tests.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("--rate", "max", "--samples", "64")]
    [InlineData("--rate", "0.5", "--pipeline", "gpu")]
    [InlineData("--rate", "0.5", "--sequential")]
    public void An_interrupted_drive_ends_with_its_summary_and_every_frame_accounted_for(params string[] options)
    {
        var target = Path.Combine(_folder.Path, "out");
        using var process = Start([.. options.Select(option => option == "gpu" ? Path.Combine(LauncherCheckout.RepositoryRoot(), "config", "pipelines", "gpu.json") : option), "--out", target]);
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("frame 0", StringComparison.Ordinal))
        {
        }
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        var rest = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Bound), "it goes on");
        Assert.Equal(((int)ExitCode.Interrupted, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
        Assert.Contains("interrupted before the end of the clip", rest, StringComparison.Ordinal);

        var summary = JsonNode.Parse(File.ReadAllText(Path.Combine(target, "summary.json")))!;
        Assert.True((bool)summary["interrupted"]!);
        Assert.Equal(File.ReadLines(Path.Combine(target, "plans.jsonl")).Count(line => !line.Contains("\"fallback\"", StringComparison.Ordinal)), (int)summary["frames"]!["total"]!);
        Assert.Empty(Directory.EnumerateFiles(target, "*.part"));
        if (!options.Contains("--sequential")) Assert.Contains($"s0: {summary["frames"]!["total"]} offered = ", rest, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] options)
    {
        // A test run in the background has Ctrl-C ignored, which its children would inherit.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "flashdrive.dll"), "drive", clip.Path, "--model", Model, "--budget", "64", .. options])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
