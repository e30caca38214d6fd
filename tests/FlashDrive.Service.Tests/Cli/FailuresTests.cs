using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Service.Cli;
using FlashDrive.Torch;

namespace FlashDrive.Service.Tests.Cli;

public class FailuresTests
{
    public static TheoryData<Exception, ExitCode> Mapping => new()
    {
        { new FlashDriveException(ExitCode.Configuration, "x"), ExitCode.Configuration },
        { new OperationCanceledException(), ExitCode.Interrupted },
        { new FileNotFoundException("x"), ExitCode.MissingInput },
        { new DirectoryNotFoundException("x"), ExitCode.MissingInput },
        { new TorchUnavailableException("x"), ExitCode.MissingDependency },
        { new InvalidDataException("x"), ExitCode.BadData },
        { new InvalidConfigurationException("x"), ExitCode.BadData },
        { new InvalidTokenizerException("x"), ExitCode.BadData },
        { new CheckpointException("x"), ExitCode.BadData },
        { new SafetensorsException("file", "x"), ExitCode.BadData },
        { new JsonException("x"), ExitCode.BadData },
        { new ClipException(ClipFault.MissingFile, "x"), ExitCode.MissingInput },
        { new ClipException(ClipFault.UnreadableFile, "x"), ExitCode.InputOutput },
        { new ClipException(ClipFault.FfmpegMissing, "x"), ExitCode.MissingDependency },
        { new ClipException(ClipFault.PosesBackwards, "x"), ExitCode.BadData },
        { new ClipException(ClipFault.CorruptVideo, "x"), ExitCode.BadData },
        { new UnauthorizedAccessException("x"), ExitCode.InputOutput },
        { new IOException("x"), ExitCode.InputOutput },
        { new InvalidOperationException("x"), ExitCode.Internal },
    };

    [Theory]
    [MemberData(nameof(Mapping))]
    public void Each_kind_of_failure_has_its_exit_code(Exception failure, ExitCode code) => Assert.Equal(code, Failures.CodeOf(failure));

    [Fact]
    public void A_failure_is_one_line_even_when_its_message_is_not()
    {
        var error = new StringWriter();
        var code = Failures.Report(new InvalidDataException("first\n  second\r\n"), error);
        Assert.Equal(ExitCode.BadData, code);
        Assert.Equal($"flashdrive: first second{Environment.NewLine}", error.ToString());
    }

    [Fact]
    public void What_a_task_threw_is_reported_and_not_its_wrapper()
    {
        var error = new StringWriter();
        Assert.Equal(ExitCode.BadData, Failures.Report(new AggregateException(new InvalidDataException("inner")), error));
        Assert.Equal($"flashdrive: inner{Environment.NewLine}", error.ToString());
    }

    [Fact]
    public void A_fault_of_the_program_names_its_type_and_how_to_see_more()
    {
        Assert.Equal("internal error: InvalidOperationException: odd (set FLASHDRIVE_TRACE=1 for the stack trace)", Failures.LineOf(new InvalidOperationException("odd")));
    }
}
