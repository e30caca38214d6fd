using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Cli;

public class CommandLineTests
{
    [Theory]
    [InlineData("foo", "flashdrive: unknown verb 'foo'. See: flashdrive --help")]
    [InlineData("doctro", "flashdrive: unknown verb 'doctro' (did you mean doctor?). See: flashdrive --help")]
    [InlineData("doctor --jsn", "flashdrive: unknown option '--jsn' (did you mean --json?). See: flashdrive doctor --help")]
    [InlineData("drive --bogus", "flashdrive: unknown option '--bogus'. See: flashdrive drive --help")]
    [InlineData("drive --sample 3", "flashdrive: unknown option '--sample' (did you mean --samples?). See: flashdrive drive --help")]
    [InlineData("conformance --selftest", "flashdrive: unknown option '--selftest' (did you mean --self-test?). See: flashdrive conformance --help")]
    [InlineData("doctor extra", "flashdrive: unknown argument 'extra'. See: flashdrive doctor --help")]
    [InlineData("clip", "flashdrive: 'clip' needs one of: make. See: flashdrive clip --help")]
    [InlineData("drive --samples 0", "flashdrive: --samples 0: must be a whole number from 1 to 64. See: flashdrive drive --help")]
    [InlineData("drive --top-p 0", "flashdrive: --top-p 0: must be a number above 0 and at most 1. See: flashdrive drive --help")]
    [InlineData("drive --temperature NaN", "flashdrive: --temperature NaN: must be a number from 0 to 10. See: flashdrive drive --help")]
    [InlineData("drive --rate fast", "flashdrive: --rate fast: must be max or a number from 0.1 to 1000. See: flashdrive drive --help")]
    [InlineData("drive --streams 0", "flashdrive: --streams 0: must be a whole number from 1 to 8. See: flashdrive drive --help")]
    [InlineData("drive --streams 2 --sequential", "flashdrive: --streams 2: --sequential drives one stream. See: flashdrive drive --help")]
    [InlineData("drive --threads 0", "flashdrive: --threads 0: must be a whole number from 1 to 1024. See: flashdrive drive --help")]
    [InlineData("drive --log xml", "flashdrive: --log xml: must be text or json. See: flashdrive drive --help")]
    [InlineData("drive --replay x --seed 4", "flashdrive: --seed cannot be given with --replay: the log says how it was driven. See: flashdrive drive --help")]
    [InlineData("drive --seed -1", "flashdrive: --seed -1: must be a whole number from 0 to 18446744073709551615. See: flashdrive drive --help")]
    [InlineData("clip make x --width 33", "flashdrive: --width 33: must be an even number from 16 to 1920. See: flashdrive clip make --help")]
    [InlineData("eval --seeds 5..3", "flashdrive: --seeds 5..3: must be A..B with A <= B < 4294967296, where the training's worlds begin. See: flashdrive eval --help")]
    [InlineData("eval --seeds 5", "flashdrive: --seeds 5: must be A..B with A <= B < 4294967296, where the training's worlds begin. See: flashdrive eval --help")]
    [InlineData("eval --seeds 1..4294967296", "flashdrive: --seeds 1..4294967296: must be A..B with A <= B < 4294967296, where the training's worlds begin. See: flashdrive eval --help")]
    [InlineData("eval --seeds 1..5", "flashdrive: --seeds 1..5 has fewer worlds than --windows 400: widen it or ask for fewer")]
    [InlineData("train", "flashdrive: 'train' needs one of: target, drafter, streaming. See: flashdrive train --help")]
    [InlineData("train drafter --steps 0", "flashdrive: --steps 0: must be a whole number from 1 to 10000000. See: flashdrive train drafter --help")]
    [InlineData("train streaming --rollouts x", "flashdrive: --rollouts x: must be a whole number from 1 to 1024. See: flashdrive train streaming --help")]
    [InlineData("eval streaming --windows 5001", "flashdrive: --windows 5001: must be a whole number from 2 to 5000. See: flashdrive eval streaming --help")]
    [InlineData("eval drafter --drift", "flashdrive: unknown option '--drift' (did you mean --drafter?). See: flashdrive eval drafter --help")]
    public void What_cannot_be_understood_ends_with_one_line_and_a_hint(string line, string expected)
    {
        var (code, output, error) = Run(line.Split(' '));
        Assert.Equal((int)ExitCode.Usage, code);
        Assert.Equal("", output);
        Assert.Equal(expected + Environment.NewLine, error);
    }

    [Fact]
    public void An_option_without_its_value_is_refused_in_one_line()
    {
        var (code, _, error) = Run("doctor", "--model");
        Assert.Equal((int)ExitCode.Usage, code);
        Assert.Contains("--model", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_at_all_prints_the_help()
    {
        var (code, output, error) = Run();
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Assert.Contains("doctor", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--samples", "--sample", 1)]
    [InlineData("abc", "abc", 0)]
    [InlineData("", "abc", 3)]
    public void Edits_are_insertions_deletions_and_replacements(string a, string b, int edits) => Assert.Equal(edits, UsageErrors.Edits(a, b));

    [Fact]
    public void A_version_keeps_eight_digits_of_its_commit()
    {
        Assert.Equal("0.1.0+01234567", ProgramVersion.Shorten("0.1.0+0123456789abcdef"));
        Assert.Equal("0.1.0", ProgramVersion.Shorten("0.1.0"));
    }

    internal static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    internal static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
