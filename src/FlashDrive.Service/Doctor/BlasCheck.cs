using System.Diagnostics;
using FlashDrive.Torch;

namespace FlashDrive.Service.Doctor;

/// <summary>Which BLAS LibTorch multiplies matrices with, by name and by speed: a bare Debian brings one that is fifty times too slow.</summary>
internal static class BlasCheck
{
    private const int Size = 512;
    private const int Repeats = 5;
    private const double SlowestGigaflops = 10;
    private const string Mend = "apt-get install -y --no-install-recommends libopenblas0-openmp && update-alternatives --auto libblas.so.3-$(uname -m)-linux-gnu";

    public static Finding Run() => Judge(Libraries(), MeasureGigaflops());

    internal static Finding Judge(IReadOnlyList<string> libraries, double gigaflops)
    {
        var name = libraries.Count == 0 ? "built into LibTorch" : string.Join(", ", libraries);
        var value = FormattableString.Invariant($"{name}; {Size}³ matmul at {gigaflops:F0} GFLOP/s");
        var reference = libraries.Any(path => Path.GetFileName(Path.GetDirectoryName(path)) == "blas");
        if (reference) return new("BLAS", $"{value}: this is the reference BLAS", FindingState.Fault, Mend);
        if (gigaflops < SlowestGigaflops) return new("BLAS", FormattableString.Invariant($"{value}, below {SlowestGigaflops}"), FindingState.Fault, Mend);
        if (libraries.Any(path => path.Contains("openblas-pthread", StringComparison.Ordinal)))
            return new("BLAS", $"{value}: its own thread pool competes with LibTorch's", FindingState.Note, Mend);
        return new("BLAS", value);
    }

    private static List<string> Libraries() =>
        [.. new[] { "libblas", "libopenblas", "libblis", "libmkl" }.SelectMany(LoadedLibraries.Of).Distinct()];

    private static double MeasureGigaflops()
    {
        torch.set_num_threads(Environment.ProcessorCount);
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var matrix = torch.full([Size, Size], 0.5);
        torch.matmul(matrix, matrix);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            var watch = Stopwatch.StartNew();
            torch.matmul(matrix, matrix);
            if (watch.Elapsed < best) best = watch.Elapsed;
        }
        return 2.0 * Size * Size * Size / best.TotalSeconds / 1e9;
    }
}
