namespace FlashDrive.Conventions.Tests;

/// <summary>The checkout as it stands keeps every rule.</summary>
public class RepositoryRulesTests
{
    private static readonly string[] CodeExtensions = [".cs", ".cpp", ".cu", ".h", ".cuh", ".py", ".sh"];
    private static readonly string[] TextExtensions = [.. CodeExtensions, ".md", ".csproj", ".props", ".txt", ".yml", ".yaml"];

    [Fact]
    public void The_walk_sees_the_code_and_not_the_build_outputs()
    {
        var paths = Repository.Files(".cs").Select(file => file.Path).ToList();
        Assert.Contains("src/FlashDrive.Driving/Trajectory.cs", paths);
        Assert.Contains("src/FlashDrive.Service/Program.cs", paths);
        Assert.DoesNotContain(paths, path => path.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void No_file_is_too_long() =>
        Violation.AssertNone(Repository.Files(CodeExtensions).Append(Repository.FileAt("flashdrive")).SelectMany(FileLength.In));

    [Fact]
    public void No_code_uses_what_is_forbidden() =>
        Violation.AssertNone(Repository.Files(".cs").SelectMany(file => ForbiddenCode.All.SelectMany(rule => rule.In(file))));

    [Fact]
    public void No_text_names_unfinished_work_or_a_place_on_one_machine() =>
        Violation.AssertNone(Repository.Files(TextExtensions).Append(Repository.FileAt("flashdrive")).Append(Repository.FileAt(".ci/run")).SelectMany(ForbiddenWords.In));

    [Fact]
    public void Projects_know_only_what_lies_below_them() =>
        Violation.AssertNone(Projects().Where(IsProduct).SelectMany(DependencyDirection.In));

    [Fact]
    public void Package_versions_are_central() => Violation.AssertNone(Projects().SelectMany(CentralVersions.In));

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Violation.AssertNone(SolutionMembership.In(Projects(), Repository.FileAt("FlashDrive.Actors.sln").Text));

    [Fact]
    public void Every_link_of_the_documentation_leads_somewhere() =>
        Violation.AssertNone(Repository.Files(".md").SelectMany(page => MarkdownLinks.In(page, ReadForLink)));

    [Fact]
    public void Every_exit_code_is_documented() =>
        Violation.AssertNone(DocumentedExitCodes.In(Repository.FileAt("src/FlashDrive.Service/Cli/ExitCode.cs"), Repository.FileAt("docs/exit-codes.md")));

    [Fact]
    public void Every_test_that_a_promise_names_exists() =>
        Violation.AssertNone(NamedTests.In(Repository.FileAt("docs/promises.md"), [.. Repository.Files(".cs").Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal))]));

    private static IReadOnlyList<SourceFile> Projects() => Repository.Files(".csproj");

    private static bool IsProduct(SourceFile project) =>
        project.Path.StartsWith("src/", StringComparison.Ordinal) || project.Path.StartsWith("actors/", StringComparison.Ordinal);

    private static string? ReadForLink(string path)
    {
        var full = Path.Combine(Repository.Root, path);
        if (Directory.Exists(full)) return "";
        return !File.Exists(full) ? null : path.EndsWith(".md", StringComparison.Ordinal) ? File.ReadAllText(full) : "";
    }
}
