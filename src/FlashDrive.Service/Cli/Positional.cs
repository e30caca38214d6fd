using System.CommandLine;
using System.CommandLine.Parsing;

namespace FlashDrive.Service.Cli;

internal static class Positional
{
    public const string UnknownOption = "unknown option";

    /// <summary>
    /// Refuses a value that looks like an option: the parser hands an unknown one to the next free argument, and "--bogus does not
    /// exist" would send its user looking for a file. A path that begins with a hyphen is written ./-path.
    /// </summary>
    public static Argument<T> WithoutOptions<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is not { } token) return;
            var options = result.Parent is CommandResult { Command: var command } ? command.Options.Select(option => option.Name) : [];
            var meant = UsageErrors.Closest(token.Value, options);
            result.AddError($"{UnknownOption} '{token.Value}'{(meant is null ? "" : $" (did you mean {meant}?)")}");
        });
        return argument;
    }
}
