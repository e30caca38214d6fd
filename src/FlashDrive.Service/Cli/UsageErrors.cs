using System.CommandLine;

namespace FlashDrive.Service.Cli;

/// <summary>One line for a command line that cannot be understood: what is wrong, what was perhaps meant, where the help is.</summary>
internal static class UsageErrors
{
    private const int MostEdits = 3;

    public static string LineOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"See: {PathOf(parsed)} --help";
        // An unknown option in an argument's place comes first: what is unmatched behind it is usually its value.
        if (parsed.Errors.FirstOrDefault(error => error.Message.StartsWith(Positional.UnknownOption, StringComparison.Ordinal)) is { } option)
            return $"{option.Message}. {help}";
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var kind = unknown.StartsWith('-') ? "option" : command is RootCommand ? "verb" : "argument";
            var meant = Closest(unknown, Names(command, kind));
            return $"unknown {kind} '{unknown}'{(meant is null ? "" : $" (did you mean {meant}?)")}. {help}";
        }
        if (command.Subcommands.Count > 0 && command.Action is null)
            return $"'{command.Name}' needs one of: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}. {help}";
        return $"{parsed.Errors[0].Message.TrimEnd('.')}. {help}";
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command is RootCommand ? "flashdrive" : result.Command.Name);
        return string.Join(' ', names);
    }

    private static IEnumerable<string> Names(Command command, string kind) =>
        kind == "option" ? command.Options.Select(option => option.Name) : command.Subcommands.Select(sub => sub.Name);

    internal static string? Closest(string word, IEnumerable<string> names) =>
        names.Select(name => (name, edits: Edits(word, name)))
            .Where(candidate => candidate.edits <= Math.Min(MostEdits, candidate.name.Length / 2))
            .OrderBy(candidate => candidate.edits)
            .Select(candidate => candidate.name)
            .FirstOrDefault();

    /// <summary>Levenshtein distance.</summary>
    internal static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
