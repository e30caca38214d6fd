using FlashDrive.Service.Tests.Cli;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>One second of the procedural world in small pictures, made once for a class of tests by the program itself.</summary>
public sealed class SmallClip : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallClip()
    {
        Path = System.IO.Path.Combine(_folder.Path, "clip");
        Make(Path);
    }

    public string Path { get; }

    public static void Make(string folder)
    {
        var (code, _, error) = CommandLineTests.Run("clip", "make", folder, "--seconds", "1", "--width", "64", "--height", "48");
        Assert.Equal((0, ""), (code, error));
    }

    public void Dispose() => _folder.Dispose();
}
