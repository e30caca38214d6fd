namespace FlashDrive.Perf;

/// <summary>"--name value" pairs; an unknown name is refused.</summary>
internal static class Arguments
{
    internal static Dictionary<string, string> Parse(string[] args, params string[] known)
    {
        var result = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i])) throw new ArgumentException($"unknown option {args[i]}; known: {string.Join(", ", known)}");
            if (i + 1 == args.Length) throw new ArgumentException($"{args[i]} needs a value");
            result[args[i]] = args[i + 1];
        }
        return result;
    }
}
