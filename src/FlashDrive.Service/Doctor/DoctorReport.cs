using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Doctor;

/// <summary>The doctor's findings for a reader or, as JSON, for a program.</summary>
internal static class DoctorReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static ExitCode CodeOf(IEnumerable<Finding> findings) =>
        findings.Any(finding => finding.State == FindingState.Fault) ? ExitCode.Exceeded : ExitCode.Ok;

    public static void WriteText(IReadOnlyList<Finding> findings, TextWriter output)
    {
        foreach (var finding in findings)
        {
            var mark = finding.State switch { FindingState.Ok => "ok", FindingState.Note => "note", _ => "FAULT" };
            output.WriteLine($"{mark,-5} {finding.Name,-13} {finding.Value}");
            if (finding.Mend is not null) output.WriteLine($"{"",-5} {"",-13} mend: {finding.Mend}");
        }
        var faults = findings.Count(finding => finding.State == FindingState.Fault);
        output.WriteLine(faults == 0 ? "Ready to drive." : $"{faults} fault{(faults == 1 ? "" : "s")} in the way.");
    }

    public static void WriteJson(IReadOnlyList<Finding> findings, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(new
        {
            ready = CodeOf(findings) == ExitCode.Ok,
            findings = findings.Select(finding => new { finding.Name, finding.Value, state = finding.State.ToString().ToLowerInvariant(), finding.Mend }),
        }, Json));
}
