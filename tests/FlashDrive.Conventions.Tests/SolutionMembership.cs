namespace FlashDrive.Conventions.Tests;

/// <summary>A project outside the solution is neither built nor tested by anybody.</summary>
internal static class SolutionMembership
{
    public static IEnumerable<Violation> In(IEnumerable<SourceFile> projects, string solution)
    {
        var listed = solution.Replace('\\', '/');
        return projects.Where(project => !listed.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            .Select(project => new Violation(project.Path, 0, "not in FlashDrive.Actors.sln"));
    }
}
