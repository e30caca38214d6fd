namespace FlashDrive.Conventions.Tests;

/// <summary>Each rule finds a violation planted in memory, so that a rule that finds nothing means something.</summary>
public class PlantedViolationTests
{
    [Theory]
    [InlineData("var t = DateTime.UtcNow;")]
    [InlineData("var t = DateTimeOffset . Now;")]
    [InlineData("var t = DateTime.Today;")]
    [InlineData("var t = Environment.TickCount64;")]
    [InlineData("var t = TimeProvider.System;")]
    [InlineData("var t = Stopwatch.StartNew();")]
    [InlineData("var r = Random.Shared.Next();")]
    [InlineData("var r = new Random(7);")]
    [InlineData("var g = Guid.NewGuid();")]
    [InlineData("var c = Channel.CreateUnbounded<int>();")]
    [InlineData("async void Run() => await x;")]
    [InlineData("try { F(); } catch { }")]
    [InlineData("try { F(); } catch (IOException e) when (e.HResult == 1)\n{\n    // nothing to do\n}")]
    [InlineData("throw new NotImplementedException();")]
    public void Forbidden_code_is_found(string line)
    {
        var file = new SourceFile("src/FlashDrive.Driving/Planted.cs", $"class Planted\n{{\n    {line}\n}}\n");
        var violation = Assert.Single(ForbiddenCode.All.SelectMany(rule => rule.In(file)));
        Assert.Equal(("src/FlashDrive.Driving/Planted.cs", 3), (violation.Path, violation.Line));
    }

    [Fact]
    public void A_sleeping_test_is_found()
    {
        var file = new SourceFile("tests/Planted.Tests/Planted.cs", "Thread.Sleep(100);");
        Assert.Single(ForbiddenCode.All.SelectMany(rule => rule.In(file)));
    }

    [Theory]
    [InlineData("// DateTime.UtcNow in a comment")]
    [InlineData("/* new Random(1) */")]
    [InlineData("var s = \"Guid.NewGuid and \\\" async void\";")]
    [InlineData("var s = @\"say \"\"Random.Shared\"\"\";")]
    [InlineData("var s = \"\"\"\nRandom.Shared \"quoted\"\n\"\"\";")]
    [InlineData("var c = '\"'; var d = '\\''; // Stopwatch")]
    [InlineData("try { F(); } catch (IOException e) { Report(e); }")]
    [InlineData("time.GetTimestamp();")]
    public void Prose_and_lawful_code_are_not_found(string line)
    {
        var file = new SourceFile("src/FlashDrive.Driving/Lawful.cs", line);
        Assert.Empty(ForbiddenCode.All.SelectMany(rule => rule.In(file)));
    }

    [Fact]
    public void An_exception_from_a_rule_holds_only_where_it_is_named()
    {
        const string Text = "var t = TimeProvider.System;";
        Assert.Empty(ForbiddenCode.All.SelectMany(rule => rule.In(new("src/FlashDrive.Service/Program.cs", Text))));
        Assert.Single(ForbiddenCode.All.SelectMany(rule => rule.In(new("src/FlashDrive.Model/Program.cs", Text))));
    }

    [Theory]
    [InlineData("// TO", "DO later")]
    [InlineData("x(); // FIX", "ME")]
    [InlineData("cd /wo", "rk/checkout")]
    [InlineData("path = \"/ho", "me/someone/x\"")]
    [InlineData("path = C:", "\\Temp")]
    public void Forbidden_words_are_found(string first, string second) =>
        Assert.Single(ForbiddenWords.In(new("docs/planted.md", first + second)));

    [Theory]
    [InlineData("the frame/work/loop of it")]
    [InlineData("$HOME/work/x and ~/work/x")]
    [InlineData("https://example.org/home/page")]
    public void Ordinary_words_are_not_found(string text) => Assert.Empty(ForbiddenWords.In(new("docs/lawful.md", text)));

    [Fact]
    public void A_file_one_line_too_long_is_found()
    {
        Assert.Empty(FileLength.In(new("a.cs", new string('\n', FileLength.MostLines))));
        Assert.Single(FileLength.In(new("a.cs", new string('\n', FileLength.MostLines + 1))));
    }

    [Fact]
    public void A_reference_that_points_upwards_is_found()
    {
        const string Upwards = "<Project><ItemGroup><ProjectReference Include=\"..\\FlashDrive.Torch\\FlashDrive.Torch.csproj\" /></ItemGroup></Project>";
        var violation = Assert.Single(DependencyDirection.In(new("src/FlashDrive.Driving/FlashDrive.Driving.csproj", Upwards)));
        Assert.Equal("FlashDrive.Driving may not know FlashDrive.Torch", violation.Rule);
        Assert.Empty(DependencyDirection.In(new("src/FlashDrive.Inference/FlashDrive.Inference.csproj", Upwards)));
    }

    [Fact]
    public void A_project_without_a_place_in_the_order_is_found() =>
        Assert.Single(DependencyDirection.In(new("src/FlashDrive.Odd/FlashDrive.Odd.csproj", "<Project />")));

    [Fact]
    public void The_order_of_projects_has_no_circle() =>
        Assert.All(DependencyDirection.Allowed.Keys, name => Assert.DoesNotContain(name, DependencyDirection.Below(name)));

    [Fact]
    public void The_world_and_the_driving_library_stay_without_tensors()
    {
        Assert.DoesNotContain("FlashDrive.Torch", DependencyDirection.Below("FlashDrive.World"));
        Assert.DoesNotContain("FlashDrive.Torch", DependencyDirection.Below("FlashDrive.Driving"));
    }

    [Theory]
    [InlineData("<PackageReference Include=\"A\" Version=\"1.0\" />")]
    [InlineData("<PackageReference Include=\"A\" VersionOverride=\"1.0\" />")]
    [InlineData("<PackageReference Include=\"A\"><Version>1.0</Version></PackageReference>")]
    public void A_version_outside_the_central_file_is_found(string reference) =>
        Assert.Single(CentralVersions.In(new("a.csproj", $"<Project><ItemGroup>{reference}<PackageReference Include=\"B\" /></ItemGroup></Project>")));

    [Fact]
    public void A_project_outside_the_solution_is_found()
    {
        SourceFile[] projects = [new("src/A/A.csproj", ""), new("src/B/B.csproj", "")];
        var violation = Assert.Single(SolutionMembership.In(projects, "Project(\"{X}\") = \"A\", \"src\\A\\A.csproj\", \"{Y}\""));
        Assert.Equal("src/B/B.csproj", violation.Path);
    }

    [Theory]
    [InlineData("see [this](missing.md)", 1)]
    [InlineData("see [this](page.md#no-such-heading)", 1)]
    [InlineData("see [this](page.md#a-heading-with-code)", 0)]
    [InlineData("see [this](../README.md) and [that](https://example.org/x)", 0)]
    [InlineData("```\n[not a link](missing.md)\n```", 0)]
    public void A_link_that_leads_nowhere_is_found(string text, int count)
    {
        var pages = new Dictionary<string, string> { ["docs/page.md"] = "# Page\n\n## A heading with `code`\n", ["README.md"] = "# Read me" };
        Assert.Equal(count, MarkdownLinks.In(new("docs/index.md", text), pages.GetValueOrDefault).Count());
    }

    [Fact]
    public void An_undocumented_and_an_invented_exit_code_are_found()
    {
        var enumeration = new SourceFile("ExitCode.cs", "enum ExitCode\n{\n    Ok = 0,\n    BadData = 65,\n}\n");
        var page = new SourceFile("docs/exit-codes.md", "| code | meaning |\n|---|---|\n| 0 | fine |\n| 99 | odd |\n");
        Assert.Equal(["exit code 65 has no row", "exit code 99 does not exist in ExitCode.cs"],
            DocumentedExitCodes.In(enumeration, page).Select(violation => violation.Rule));
    }
}
