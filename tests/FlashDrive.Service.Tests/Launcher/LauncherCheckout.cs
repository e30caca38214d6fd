using System.Diagnostics;

namespace FlashDrive.Service.Tests.Launcher;

/// <summary>
/// The real launcher in a small checkout of its own. The tools it calls are stand-ins that write down how they were called:
/// what the launcher decides is under test, not whether the compilers work.
/// </summary>
internal sealed class LauncherCheckout : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _tools;

    public LauncherCheckout()
    {
        Root = Path.Combine(_folder.Path, "a checkout");
        _tools = Path.Combine(_folder.Path, "tools");
        Calls = Path.Combine(_folder.Path, "calls");
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(_tools);
        File.WriteAllText(Calls, "");
        File.Copy(Path.Combine(RepositoryRoot(), "flashdrive"), Path.Combine(Root, "flashdrive"));
        Source = _folder.File("a checkout/src/FlashDrive.Service/Program.cs", "one");
        _folder.File("a checkout/src/FlashDrive.Torch/native/CMakeLists.txt", "project(x)");
        foreach (var tool in new[] { "bash", "env", "readlink", "dirname", "basename", "find", "sort", "cksum", "awk", "sed", "cut", "tr", "head", "tail", "grep", "mkdir", "mv", "rm", "cp", "ln", "cat", "flock", "nproc", "sleep" })
            File.CreateSymbolicLink(Path.Combine(_tools, tool), new[] { $"/usr/bin/{tool}", $"/bin/{tool}" }.First(File.Exists));
        Tool("dotnet", """
            case "$1" in
                --list-sdks) echo "10.0.100 [/sdk]" ;;
                build)
                    if grep -q broken "$FLASHDRIVE_ROOT/src/FlashDrive.Service/Program.cs"; then echo "error CS0000: it is broken"; exit 1; fi
                    mkdir -p "$FLASHDRIVE_ROOT/src/FlashDrive.Service/bin/Release/net10.0"
                    cp "$FLASHDRIVE_ROOT/src/FlashDrive.Service/Program.cs" "$FLASHDRIVE_ROOT/src/FlashDrive.Service/bin/Release/net10.0/flashdrive.dll" ;;
                */flashdrive.dll) echo "ran $(cat "$1") with ${*:2}" ;;
            esac
            """);
        Tool("g++", "");
        Tool("python3", "");
    }

    public string Root { get; }

    public string Source { get; }

    /// <summary>One line per call of a stand-in: its name and arguments.</summary>
    public string Calls { get; }

    /// <summary>Puts a stand-in on the PATH that records its call and then runs <paramref name="body"/>.</summary>
    public void Tool(string name, string body)
    {
        var path = Path.Combine(_tools, name);
        File.WriteAllText(path, $"#!/usr/bin/env bash\necho \"{name} $*\" >>'{Calls}'\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Where <see cref="LibTorch"/> put its stand-in, as the launcher is told.</summary>
    public IReadOnlyDictionary<string, string> LibTorchVariables => new Dictionary<string, string> { ["FLASHDRIVE_LIBTORCH"] = Path.Combine(_folder.Path, "libtorch") };

    /// <summary>A folder that looks like an unpacked LibTorch.</summary>
    public void LibTorch() => _folder.File("libtorch/share/cmake/Torch/TorchConfig.cmake", "");

    public void TestProject(string name) => _folder.File($"a checkout/tests/{name}/{name}.csproj", "<Project />");

    public IReadOnlyList<string> CallsOf(string tool) => File.ReadLines(Calls).Where(line => line.StartsWith(tool + " ", StringComparison.Ordinal)).ToList();

    public Process Start(string? launcher, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_tools, "bash"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(launcher ?? Path.Combine(Root, "flashdrive"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = _tools;
        start.Environment["HOME"] = _folder.Path;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public (int Code, string Output, string Error) Run(params string[] arguments) => Finish(Start(null, null, arguments));

    public static (int Code, string Output, string Error) Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
    }

    public void Dispose() => _folder.Dispose();

    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"no FlashDrive.Actors.sln above {AppContext.BaseDirectory}");
    }
}
