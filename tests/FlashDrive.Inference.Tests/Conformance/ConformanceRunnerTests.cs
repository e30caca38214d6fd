using FlashDrive.Inference.Conformance;

namespace FlashDrive.Inference.Tests.Conformance;

public class ConformanceRunnerTests
{
    [Fact]
    public void Agreement_is_reported_with_the_worst_error_beside_the_tolerance()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [3, 4]));
        var (code, output) = fixtures.Run((folder, comparison) => comparison.Relative(folder.Open("outputs"), "a", [3f, 4.00005f], 1e-4));
        Assert.Equal(0, code);
        Assert.Contains("ok    outputs/a: worst 1.0e-05 relative, tolerance 1.0e-04", output);
        Assert.EndsWith("1 fixtures, 1 compared, 0 failed, 0 of unknown kind\n", output);
    }

    [Fact]
    public void An_exceeded_tolerance_fails()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1, 2]));
        var (code, output) = fixtures.Run((folder, comparison) => comparison.Absolute(folder.Open("outputs"), "a", [1f, 2.5f], 0.4));
        Assert.Equal(1, code);
        Assert.Contains("FAIL  outputs/a: worst 5.0e-01 absolute, tolerance 4.0e-01", output);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_result_that_is_not_finite_fails_even_when_a_later_one_is_good(float bad)
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1, 2]));
        foreach (var compare in new Action<Comparison, FixtureFile, float[]>[]
        {
            (c, f, v) => c.Relative(f, "a", v, 10), (c, f, v) => c.Absolute(f, "a", v, 10), (c, f, v) => c.Exact(f, "a", v),
        })
        {
            var (code, _) = fixtures.Run((folder, comparison) =>
            {
                compare(comparison, folder.Open("outputs"), [1, bad]);
                compare(comparison, folder.Open("outputs"), [1, 2]);
            });
            Assert.Equal(1, code);
        }
    }

    [Fact]
    public void Another_number_of_values_fails()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1, 2]));
        var (code, output) = fixtures.Run((folder, comparison) => comparison.Relative(folder.Open("outputs"), "a", [1f], 10));
        Assert.Equal(1, code);
        Assert.Contains("outputs/a: 1 values computed, 2 recorded", output);
    }

    [Fact]
    public void An_output_that_nobody_compared_fails_by_name()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1]), ("b", [2]), ("input", [3]));
        var (code, output) = fixtures.Run((folder, comparison) =>
        {
            folder.Open("outputs").Inputs("input");
            folder.Open("outputs").Floats("b");
            comparison.Exact(folder.Open("outputs"), "a", [1f]);
        });
        Assert.Equal(1, code);
        Assert.Contains("FAIL  outputs/b: not compared", output);
        Assert.DoesNotContain("outputs/input", output);
    }

    [Fact]
    public void A_file_that_nobody_opened_fails_by_name()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1])).WithText("known/more.json", "{}");
        var (code, output) = fixtures.Run((_, _) => { });
        Assert.Equal(1, code);
        Assert.Contains("FAIL  outputs/a: not compared", output);
        Assert.Contains("FAIL  more.json: not read", output);
    }

    [Fact]
    public void Unknown_kinds_are_named_and_do_not_fail()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1])).With("novel", ("b", [1]));
        var (code, output) = fixtures.Run((folder, comparison) => comparison.Exact(folder.Open("outputs"), "a", [1f]));
        Assert.Equal(0, code);
        Assert.Contains("unknown kind, not run: novel", output);
        Assert.Contains("1 of unknown kind", output);
    }

    [Fact]
    public void A_fixture_that_cannot_be_run_fails_with_its_reason_and_the_others_still_run()
    {
        using var fixtures = new SmallFixtures().With("one/known", ("a", [1])).With("two/known", ("a", [1]));
        var calls = 0;
        var (code, output) = fixtures.Run((folder, comparison) =>
        {
            if (calls++ == 0) folder.Open("absent");
            comparison.Exact(folder.Open("outputs"), "a", [1f]);
        });
        Assert.Equal((1, 2), (code, calls));
        Assert.Contains("could not be run: FixtureException", output);
        Assert.Contains("absent.safetensors is missing", output);
        Assert.Contains("2 fixtures, 1 compared, 1 failed", output);
    }

    [Fact]
    public void The_folder_of_a_single_fixture_may_be_named()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1])).With("novel", ("b", [1]));
        var (code, output) = fixtures.Run((folder, comparison) => comparison.Exact(folder.Open("outputs"), "a", [1f]), under: "known");
        Assert.Equal(0, code);
        Assert.Contains("1 fixtures, 1 compared, 0 failed, 0 of unknown kind", output);
    }

    [Fact]
    public void A_directory_without_fixtures_fails()
    {
        using var fixtures = new SmallFixtures();
        Assert.Equal(1, fixtures.Run((_, _) => { }).Code);
        Assert.Equal(1, fixtures.Run((_, _) => { }, under: "nowhere").Code);
    }

    [Fact]
    public void The_self_test_notices_a_disturbance_of_three_tolerances_under_every_measure()
    {
        using var fixtures = new SmallFixtures().With("known", ("r", [3, 4]), ("zero", [0, 0]), ("a", [1, 2]), ("e", [5]), ("f", [1, 2, 3, 4]), ("rows", [1, 2, 3]), ("none", []));
        var (code, output) = fixtures.Run(
            (folder, comparison) =>
            {
                var file = folder.Open("outputs");
                comparison.Relative(file, "r", [3.00001f, 4f], 1e-5);
                comparison.Relative(file, "zero", [0f, 0f], 1e-5);
                comparison.Absolute(file, "a", [1.1f, 2f], 0.2);
                comparison.Exact(file, "e", [5f]);
                comparison.FewOff(file, "f", [1, 2, 4, 4], share: 0.5);
                comparison.RelativePerRow(file, "rows", [1, 2, 3], [1, 2], 1e-6);
                comparison.Exact(file, "none", Array.Empty<float>());
                comparison.Exact("text", "abc", "abc");
            },
            selfTest: true);
        Assert.Equal(0, code);
        Assert.Contains("self-test: 8 of 8 disturbed comparisons failed, as all must", output);
    }

    [Fact]
    public void A_thing_shared_by_a_set_is_made_once_and_disposed_with_it()
    {
        using var fixtures = new SmallFixtures().With("known", ("a", [1]));
        var shared = new Disposable();
        fixtures.Run((folder, comparison) =>
        {
            Assert.Same(folder.Set.Shared("model", () => shared), folder.Set.Shared("model", () => new Disposable()));
            Assert.False(shared.Disposed);
            comparison.Exact(folder.Open("outputs"), "a", [1f]);
        });
        Assert.True(shared.Disposed);
    }

    private sealed class Disposable : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
