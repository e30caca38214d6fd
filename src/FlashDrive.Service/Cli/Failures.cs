using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;
using FlashDrive.Training.Checkpoints;

namespace FlashDrive.Service.Cli;

/// <summary>The one place where an exception becomes a line for the user and an exit code (docs/exit-codes.md).</summary>
internal static class Failures
{
    public const string TraceVariable = "FLASHDRIVE_TRACE";

    public static ExitCode CodeOf(Exception failure) => failure switch
    {
        FlashDriveException own => own.Code,
        ClipException clip => CodeOf(clip.Reason),
        OperationCanceledException => ExitCode.Interrupted,
        FileNotFoundException or DirectoryNotFoundException => ExitCode.MissingInput,
        DllNotFoundException or TorchUnavailableException => ExitCode.MissingDependency,
        InvalidDataException or FormatException or JsonException or InvalidConfigurationException or InvalidTokenizerException
            or CheckpointException or SafetensorsException or TrainingCheckpointException => ExitCode.BadData,
        UnauthorizedAccessException or IOException => ExitCode.InputOutput,
        _ => ExitCode.Internal,
    };

    private static ExitCode CodeOf(string clipFault) => clipFault switch
    {
        ClipFault.MissingFile => ExitCode.MissingInput,
        ClipFault.UnreadableFile => ExitCode.InputOutput,
        ClipFault.FfmpegMissing => ExitCode.MissingDependency,
        _ => ExitCode.BadData,
    };

    /// <summary>One line, whatever the message holds.</summary>
    public static string LineOf(Exception failure)
    {
        if (failure is OperationCanceledException) return "interrupted";
        var message = string.Join(' ', failure.Message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return CodeOf(failure) == ExitCode.Internal
            ? $"internal error: {failure.GetType().Name}: {message} (set {TraceVariable}=1 for the stack trace)"
            : message;
    }

    public static ExitCode Report(Exception failure, TextWriter error)
    {
        // Tasks wrap what they threw; the wrapper's own message says nothing.
        if (failure is AggregateException { InnerExceptions: [var only] }) failure = only;
        error.WriteLine($"flashdrive: {LineOf(failure)}");
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1") error.WriteLine(failure);
        return CodeOf(failure);
    }
}
