namespace FlashDrive.Conventions.Tests;

/// <summary>One place where a rule of the code base is broken. Line 0 means the file as a whole.</summary>
internal sealed record Violation(string Path, int Line, string Rule)
{
    public override string ToString() => Line == 0 ? $"{Path}: {Rule}" : $"{Path}:{Line}: {Rule}";

    public static void AssertNone(IEnumerable<Violation> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }
}
