using System.CommandLine;
using FlashDrive.Service.Doctor;

namespace FlashDrive.Service.Cli;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        var model = ModelOptions.Model();
        var tokenizer = ModelOptions.Tokenizer();
        var command = new Command("doctor", "Say what FlashDrive found on this machine, what is wrong, and the line that mends it.") { json, model, tokenizer };
        command.SetAction(parsed =>
        {
            var findings = Examination.Run(parsed.GetValue(model), parsed.GetValue(tokenizer));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) DoctorReport.WriteJson(findings, output);
            else DoctorReport.WriteText(findings, output);
            return (int)DoctorReport.CodeOf(findings);
        });
        return command;
    }
}
