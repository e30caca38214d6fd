using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FlashDrive.Service.Cli;

/// <summary>Options whose values are checked at the boundary; a refusal names the option, the value and the rule.</summary>
internal static class ValueOptions
{
    public static Option<int> Integer(string name, int standard, int least, int most, string description) =>
        Checked(name, "N", standard, description, $"a whole number from {least} to {most}",
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? (true, value) : default);

    /// <summary>A whole number, or null when the option is not there.</summary>
    public static Option<int?> Optional(string name, int least, int most, string description) =>
        Checked<int?>(name, "N", null, description, $"a whole number from {least} to {most}",
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? (true, value) : default);

    public static Option<int> Even(string name, int standard, int least, int most, string description) =>
        Checked(name, "N", standard, description, $"an even number from {least} to {most}",
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most && value % 2 == 0 ? (true, value) : default);

    public static Option<ulong> Seed(ulong standard, string description) =>
        Checked("--seed", "S", standard, description, "a whole number from 0 to 18446744073709551615",
            text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? (true, value) : default);

    /// <param name="above">The value must be greater than this, or equal when <paramref name="inclusive"/>.</param>
    public static Option<double> Number(string name, string unit, double standard, double above, bool inclusive, double most, string description) =>
        Checked(name, unit, standard, description, FormattableString.Invariant($"a number {(inclusive ? "from" : "above")} {above} {(inclusive ? "to" : "and at most")} {most}"),
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value <= most && (inclusive ? value >= above : value > above)
                ? (true, value)
                : default);

    public static Option<T> Checked<T>(string name, string helpName, T standard, string description, string rule, Func<string, (bool Valid, T Value)> parse) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            DefaultValueFactory = _ => standard,
            CustomParser = result => Parse(result, name, rule, parse),
        };

    private static T Parse<T>(ArgumentResult result, string name, string rule, Func<string, (bool Valid, T Value)> parse)
    {
        var text = result.Tokens[0].Value;
        var (valid, value) = parse(text);
        if (!valid) result.AddError($"{name} {text}: must be {rule}");
        return value;
    }
}
