namespace FlashDrive.Service.Tests.Launcher;

public class LauncherTests
{
    [Fact]
    public void The_first_start_builds_the_program_and_later_ones_only_run_it()
    {
        using var checkout = new LauncherCheckout();
        var first = checkout.Run("--help");
        Assert.Equal((0, "ran one with --help\n"), (first.Code, first.Output));
        Assert.Contains("program (dotnet build)", first.Error, StringComparison.Ordinal);
        var second = checkout.Run("eval-nothing", "an argument with spaces");
        Assert.Equal((0, "ran one with eval-nothing an argument with spaces\n", ""), second);
        Assert.Single(checkout.CallsOf("dotnet build"));
    }

    [Fact]
    public void A_changed_source_is_built_again_and_a_removed_one_too()
    {
        using var checkout = new LauncherCheckout();
        var other = Path.Combine(Path.GetDirectoryName(checkout.Source)!, "Other.cs");
        File.WriteAllText(other, "x");
        checkout.Run("--help");
        File.WriteAllText(checkout.Source, "another");
        Assert.Equal("ran another with --help\n", checkout.Run("--help").Output);
        File.Delete(other);
        checkout.Run("--help");
        Assert.Equal(3, checkout.CallsOf("dotnet build").Count);
    }

    [Fact]
    public void A_build_that_fails_shows_why_and_leaves_the_program_before_it_in_place()
    {
        using var checkout = new LauncherCheckout();
        checkout.Run("--help");
        File.WriteAllText(checkout.Source, "broken");
        var (code, output, error) = checkout.Run("--help");
        Assert.Equal((70, ""), (code, output));
        Assert.Contains("error CS0000: it is broken", error, StringComparison.Ordinal);
        Assert.Equal("one", File.ReadAllText(Path.Combine(checkout.Root, "artifacts/app/flashdrive.dll")));
        File.WriteAllText(checkout.Source, "mended");
        Assert.Equal("ran mended with --help\n", checkout.Run("--help").Output);
    }

    [Fact]
    public void Two_starts_at_once_build_once()
    {
        using var checkout = new LauncherCheckout();
        var processes = new[] { checkout.Start(null, null, "--help"), checkout.Start(null, null, "--help") };
        Assert.All(processes.Select(LauncherCheckout.Finish).ToList(), run => Assert.Equal((0, "ran one with --help\n"), (run.Code, run.Output)));
        Assert.Single(checkout.CallsOf("dotnet build"));
    }

    [Fact]
    public void It_may_be_called_through_a_link()
    {
        using var checkout = new LauncherCheckout();
        var link = Path.Combine(Path.GetDirectoryName(checkout.Root)!, "fd");
        File.CreateSymbolicLink(link, Path.Combine(checkout.Root, "flashdrive"));
        Assert.Equal("ran one with --help\n", LauncherCheckout.Finish(checkout.Start(link, null, "--help")).Output);
    }

    [Fact]
    public void Packages_that_may_not_be_installed_are_named_with_the_line_that_installs_them()
    {
        using var checkout = new LauncherCheckout();
        checkout.Tool("apt-get", "");
        var run = LauncherCheckout.Finish(checkout.Start(null, new Dictionary<string, string> { ["FLASHDRIVE_NO_INSTALL"] = "1" }, "drive"));
        Assert.Equal((69, ""), (run.Code, run.Output));
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"FLASHDRIVE_NO_INSTALL is set.*apt-get update && apt-get install -y --no-install-recommends .*ffmpeg$", line);
        Assert.Empty(checkout.CallsOf("apt-get"));
    }

    [Fact]
    public void A_libtorch_folder_that_is_none_is_refused_by_name()
    {
        using var checkout = new LauncherCheckout();
        checkout.Tool("ffmpeg", "");
        var run = LauncherCheckout.Finish(checkout.Start(null, new Dictionary<string, string> { ["FLASHDRIVE_LIBTORCH"] = "/nowhere" }, "drive"));
        Assert.Equal(69, run.Code);
        Assert.Equal("flashdrive: FLASHDRIVE_LIBTORCH names /nowhere, which is not a folder: set it to an unpacked LibTorch, or unset it\n", run.Error);
    }

    [Fact]
    public void A_missing_sdk_is_named_with_the_place_to_get_it()
    {
        using var checkout = new LauncherCheckout();
        checkout.Tool("dotnet", "case \"$1\" in --list-sdks) echo '8.0.400 [/sdk]' ;; esac");
        var (code, _, error) = checkout.Run("--help");
        Assert.Equal(69, code);
        Assert.Equal("flashdrive: the .NET 10 SDK is missing (dotnet has: 8.0.400 ): install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again\n", error);
    }

    [Fact]
    public void The_test_verb_takes_no_argument()
    {
        using var checkout = new LauncherCheckout();
        var (code, _, error) = checkout.Run("test", "fast");
        Assert.Equal((2, "flashdrive: test takes no argument, got 'fast'\n"), (code, error));
    }

    [Theory]
    [InlineData("total='3' executed='3' passed='3' failed='0'", 0, 0, "6 passed, 0 failed")]
    [InlineData("total='3' executed='3' passed='2' failed='1'", 1, 1, "4 passed, 2 failed")]
    [InlineData("total='3' executed='2' passed='2' failed='0'", 0, 0, "4 passed, 0 failed, 2 skipped")]
    [InlineData("total='0' executed='0' passed='0' failed='0'", 0, 1, "0 passed, 0 failed")]
    [InlineData("total='3' executed='3' passed='3' failed='0'", 134, 1, "6 passed, 2 failed")]
    public void The_last_line_counts_the_tests_of_all_projects_and_a_host_that_died(string counters, int hostCode, int code, string line)
    {
        using var checkout = new LauncherCheckout();
        checkout.TestProject("One.Tests");
        checkout.TestProject("Two.Tests");
        // A library that tests share holds none.
        checkout.TestProject("Shared");
        checkout.Tool("ffmpeg", "");
        checkout.Tool("cmake", "case $1 in --build) echo library >\"$2/libflashdrive_torch.so\" ;; *) mkdir -p \"$4\" ;; esac");
        checkout.LibTorch();
        checkout.Tool("dotnet", $"""
            case "$1" in
                --list-sdks) echo "10.0.100 [/sdk]" ;;
                test)
                    name=$(basename "$2" .dll)
                    echo "<TestRun><ResultSummary><Counters {counters.Replace('\'', '"').Replace("\"", "\\\"")} error=\"0\" /></ResultSummary></TestRun>" >"$6/$name.trx"
                    exit {hostCode} ;;
            esac
            """);
        var (ended, output, _) = LauncherCheckout.Finish(checkout.Start(null, checkout.LibTorchVariables, "test"));
        Assert.Equal(line, output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal(code, ended);
        Assert.Single(checkout.CallsOf("dotnet build"));
    }
}
