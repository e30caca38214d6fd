namespace FlashDrive.Inference;

/// <summary>Refuses an option that breaks a rule.</summary>
public static class OptionRule
{
    /// <exception cref="ArgumentOutOfRangeException">The rule does not hold; the message names the option, its value and the rule.</exception>
    public static void Require(bool holds, string option, object? value, string rule)
    {
        if (!holds) throw new ArgumentOutOfRangeException(option, value, $"{option} = {value}: {rule}");
    }
}
