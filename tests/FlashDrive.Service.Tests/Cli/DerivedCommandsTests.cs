using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Cli;

public class DerivedCommandsTests
{
    [Fact]
    public void A_derived_checkpoint_that_would_not_lie_beside_its_parent_is_refused_before_anything_is_trained()
    {
        var (code, _, error) = Run("train", "streaming", "--model", Places.DefaultModel, "--export", "/elsewhere/nano-streaming");

        Assert.Equal((int)ExitCode.Usage, code);
        Assert.Contains("--export /elsewhere/nano-streaming: a derived checkpoint must lie beside its parent", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("streaming", "--tuned", "no streaming checkpoint in")]
    [InlineData("drafter", "--drafter", "no drafter in")]
    public void An_evaluation_without_its_checkpoint_says_how_to_train_one(string verb, string option, string expected)
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = Run("eval", verb, option, folder.Path);

        Assert.Equal((int)ExitCode.MissingInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains($"./flashdrive train {verb}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_too_short_for_one_plan_is_refused()
    {
        var models = Path.GetDirectoryName(Places.DefaultModel)!;
        var (code, _, error) = Run("eval", "streaming", "--tuned", Path.Combine(models, "nano-streaming"), "--windows", "3", "--plan-every", "4");

        Assert.Equal((int)ExitCode.Usage, code);
        Assert.Contains("--plan-every 4: no window of 3 is planned", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (CommandLine.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}
