using FlashDrive.Service.Cli;
using FlashDrive.Service.Pipelines;
using FlashDrive.Service.Tests.Launcher;

namespace FlashDrive.Service.Tests.Pipelines;

public class PipelineSettingsTests
{
    private static readonly string Folder = Path.Combine(LauncherCheckout.RepositoryRoot(), "config", "pipelines");

    [Fact]
    public void The_limits_of_a_gpu_are_milliseconds()
    {
        var limits = PipelineSettingsFile.Read(Path.Combine(Folder, "gpu.json")).Limits(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(0.1));
        Assert.Equal(new(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.5)), limits);
    }

    [Fact]
    public void The_limits_of_nano_on_a_cpu_are_multiples_of_its_serial_latency()
    {
        var settings = PipelineSettingsFile.Read(Path.Combine(Folder, "cpu-nano.json"));
        Assert.Equal((2, 1), (settings.Sessions, settings.TorchThreads));
        var limits = settings.Limits(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.05));
        Assert.Equal(new(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.4)), limits);
    }

    [Fact]
    public void An_engine_faster_than_its_cameras_counts_in_their_period()
    {
        var limits = PipelineSettingsFile.Read(Path.Combine(Folder, "cpu-nano.json")).Limits(TimeSpan.FromSeconds(0.015), TimeSpan.FromSeconds(0.1));
        Assert.Equal(new(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.4)), limits);
    }

    [Fact]
    public void The_steps_of_the_adaptive_flow_belong_to_the_checkpoint_the_file_is_made_for()
    {
        var flow = PipelineSettingsFile.Read(Path.Combine(Folder, "gpu.json")).AdaptiveFlow;
        Assert.Equal((8, 4), (flow.Steps, flow.Schedule(10).Evaluations));
        Assert.Equal(4, PipelineSettingsFile.Read(Path.Combine(Folder, "cpu-nano.json")).AdaptiveFlow.Schedule(10).Evaluations);
    }

    [Fact]
    public void Every_fault_of_a_file_is_named()
    {
        var faults = new List<string>();
        var settings = PipelineSettingsFile.Parse(
            """{ "sessions": 0, "torch_threads": 1.5, "unit": "second", "deadlin": 2, "stale_after": -1, "fallback_after": "soon", "ready_max_age": 4, "ready_max_age": 4, "flow_steps": 10, "flow_reuse": [0, 3], "draft_cost_ratio": 0.5 }""", faults);
        Assert.Null(settings);
        Assert.Equal(
            [
                "unknown key 'deadlin': it must be one of sessions, torch_threads, unit, deadline, stale_after, fallback_after, ready_max_age, flow_steps, flow_reuse, draft_cost_ratio",
                "key 'ready_max_age' is there twice",
                "sessions = 0: must be a whole number from 1 to 16",
                "torch_threads = 1.5: must be a whole number from 1 to 256",
                "unit = \"second\": must be one of millisecond, serial_latency",
                "key 'deadline' is missing",
                "stale_after = -1: must be a number above 0 and at most 3600000",
                "fallback_after = \"soon\": must be a number above 0 and at most 3600000",
                "flow_reuse = [0, 3]: must be a list of steps from 1 to 9",
                "draft_cost_ratio = 0.5: must be a number from 1 to 16",
            ],
            faults);
    }

    [Fact]
    public void Plans_cannot_be_dropped_before_they_are_late()
    {
        var faults = new List<string>();
        PipelineSettingsFile.Parse("""{ "sessions": 2, "torch_threads": 1, "unit": "millisecond", "deadline": 200, "stale_after": 100, "fallback_after": 300, "ready_max_age": 500, "flow_steps": 10, "flow_reuse": [], "draft_cost_ratio": 1.3 }""", faults);
        Assert.Equal(["stale_after = 100: must not be less than deadline"], faults);
    }

    [Theory]
    [InlineData("{", "is no JSON")]
    [InlineData("[]", "must be one JSON object")]
    public void What_is_no_object_is_refused(string text, string words)
    {
        var faults = new List<string>();
        Assert.Null(PipelineSettingsFile.Parse(text, faults));
        Assert.Contains(words, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_fault_ends_with_the_code_of_a_bad_configuration()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("broken.json", "{}");
        var failure = Assert.Throws<FlashDriveException>(() => PipelineSettingsFile.Read(file));
        Assert.Equal(ExitCode.Configuration, failure.Code);
        Assert.StartsWith($"'{file}': key 'sessions' is missing; key 'torch_threads' is missing", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.MissingInput, Assert.Throws<FlashDriveException>(() => PipelineSettingsFile.Read(file + "x")).Code);
    }
}
