namespace FlashDrive.Inference.Conformance;

/// <summary>
/// Runs every fixture under a directory and reports, per tensor, the worst error beside its tolerance. It fails when an error is
/// exceeded, an output was not compared, a fixture could not be run, or none was found.
/// </summary>
public sealed class ConformanceRunner(IReadOnlyList<IFixtureKind> kinds)
{
    // Deep enough for a root of several sets, shallow enough not to wander through a disk.
    private const int SearchDepth = 4;

    public const int Success = 0, Failure = 1;

    public ConformanceRunner() : this(FixtureKinds.All)
    {
    }

    /// <param name="directory">A set of fixtures, a folder above several sets, or the folder of one fixture.</param>
    /// <param name="selfTest">Also disturb every comparison, which must be noticed.</param>
    /// <returns>0 when everything agrees (and every disturbance was noticed), else 1.</returns>
    public int Run(string directory, bool selfTest, TextWriter output)
    {
        if (!Directory.Exists(directory))
        {
            output.WriteLine($"{directory}: no such directory");
            return Failure;
        }
        var totals = new Totals();
        foreach (var (root, folders) in FindSets(Path.GetFullPath(directory)))
        {
            using var set = new FixtureSet(root);
            foreach (var folder in folders)
            {
                if (Kind(folder) is { } kind) RunOne(kind, set, folder, selfTest, output, totals);
                else totals.Unknown.Add(folder);
            }
        }
        return Summarize(directory, selfTest, output, totals);
    }

    private static void RunOne(IFixtureKind kind, FixtureSet set, string path, bool selfTest, TextWriter output, Totals totals)
    {
        output.WriteLine($"{kind.Name} ({path})");
        using var folder = new FixtureFolder(set, path);
        var comparison = new Comparison(selfTest);
        try
        {
            kind.Run(folder, comparison);
            foreach (var overlooked in folder.Overlooked()) comparison.Fail(overlooked);
        }
        // Whatever goes wrong in one fixture is its failure and must not hide the others.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            comparison.Fail($"could not be run: {e.GetType().Name}: {e.Message}");
        }
        foreach (var result in comparison.Results)
        {
            var verdict = !result.Passed ? "FAIL" : result.Disturbance == false ? "FAIL" : "ok  ";
            output.WriteLine($"  {verdict}  {result.Name}: {result}{(result.Disturbance == false ? " (a disturbance of 3 tolerances went unnoticed)" : "")}");
            totals.Compared++;
            if (!result.Passed) totals.Failed++;
            if (result.Disturbance == true) totals.Noticed++;
            if (result.Disturbance == false) totals.Unnoticed++;
        }
        foreach (var failure in comparison.Failures) output.WriteLine($"  FAIL  {failure}");
        totals.Failed += comparison.Failures.Count;
        totals.Fixtures++;
    }

    private static int Summarize(string directory, bool selfTest, TextWriter output, Totals totals)
    {
        foreach (var unknown in totals.Unknown) output.WriteLine($"unknown kind, not run: {Path.GetFileName(unknown)} ({unknown})");
        if (totals.Fixtures == 0)
        {
            output.WriteLine($"{directory}: no fixture of a known kind found");
            return Failure;
        }
        if (selfTest) output.WriteLine($"self-test: {totals.Noticed} of {totals.Noticed + totals.Unnoticed} disturbed comparisons failed, as all must");
        output.WriteLine($"{totals.Fixtures} fixtures, {totals.Compared} compared, {totals.Failed} failed, {totals.Unknown.Count} of unknown kind");
        return totals.Failed == 0 && totals.Unnoticed == 0 ? Success : Failure;
    }

    private IFixtureKind? Kind(string folder) => kinds.FirstOrDefault(kind => kind.Name == Path.GetFileName(folder));

    /// <summary>Roots whose subfolders include a known kind; every subfolder of such a root counts as a fixture.</summary>
    private IEnumerable<(string Root, IReadOnlyList<string> Folders)> FindSets(string directory)
    {
        if (Kind(directory) is not null && Directory.EnumerateFiles(directory).Any())
            return [(Path.GetDirectoryName(directory)!, [directory])];
        return Search(directory, SearchDepth);
    }

    private IEnumerable<(string Root, IReadOnlyList<string> Folders)> Search(string directory, int depth)
    {
        var folders = Directory.GetDirectories(directory).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal).ToList();
        if (folders.Any(folder => Kind(folder) is not null)) return [(directory, folders)];
        return depth == 0 ? [] : folders.SelectMany(folder => Search(folder, depth - 1));
    }

    private sealed class Totals
    {
        public int Fixtures, Compared, Failed, Noticed, Unnoticed;

        public List<string> Unknown { get; } = [];
    }
}
