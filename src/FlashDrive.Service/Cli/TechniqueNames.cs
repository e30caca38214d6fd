using FlashDrive.Inference;

namespace FlashDrive.Service.Cli;

/// <summary>Techniques as the command line and the admission log write them.</summary>
internal static class TechniqueNames
{
    private static readonly (string Name, Techniques Value)[] Names =
        [("system", Techniques.System), ("streaming", Techniques.Streaming), ("speculation", Techniques.Speculation), ("adaptive", Techniques.Adaptive)];

    public static IEnumerable<string> All => Names.Select(n => n.Name);

    /// <summary>Null when a name is none of them.</summary>
    public static Techniques? Parse(string text)
    {
        if (text == "all") return Techniques.All;
        if (text == "none") return Techniques.None;
        var parsed = Techniques.None;
        foreach (var name in text.Split(','))
        {
            var index = Array.FindIndex(Names, n => n.Name == name.Trim());
            if (index < 0) return null;
            parsed |= Names[index].Value;
        }
        return parsed;
    }

    /// <summary>"all", "none", or the names with commas between.</summary>
    public static string Of(Techniques techniques) => techniques switch
    {
        Techniques.All => "all",
        Techniques.None => "none",
        _ => string.Join(',', Names.Where(n => techniques.HasFlag(n.Value)).Select(n => n.Name)),
    };
}
