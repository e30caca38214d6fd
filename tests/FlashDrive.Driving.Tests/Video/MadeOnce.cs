namespace FlashDrive.Driving.Tests.Video;

/// <summary>Files that cost an ffmpeg start each, made once for all tests; every test that changes them takes a copy.</summary>
public sealed class MadeOnce : IDisposable
{
    public const int Frames = 12;

    /// <summary>Kept in memory: nothing is left behind when the test host ends abruptly.</summary>
    private static readonly Lazy<Dictionary<string, byte[]>> Made = new(Make);

    private readonly ScratchFolder _folder = new();

    public MadeOnce() => CopyVideo(_folder);

    /// <summary>Twelve frames at 10 Hz, all key frames.</summary>
    public string Video => _folder["a.mp4"];

    internal string CopyVideo(ScratchFolder folder)
    {
        File.WriteAllBytes(folder["a.mp4"], Made.Value["a.mp4"]);
        return folder["a.mp4"];
    }

    /// <summary>Copies the images; the folder of <paramref name="pattern"/> is made. Numbers keep the digits of the pattern.</summary>
    internal string CopyImages(ScratchFolder folder, string pattern = "%05d.png")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[pattern])!);
        for (var i = 0; i < Frames; i++)
        {
            var name = pattern.Replace("%05d", i.ToString("D5")).Replace("%d", i.ToString());
            File.WriteAllBytes(folder[name], Made.Value[i.ToString("D5") + Path.GetExtension(pattern)]);
        }
        return folder[pattern];
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, byte[]> Make()
    {
        using var folder = new ScratchFolder();
        Pictures.Video(folder["a.mp4"], Frames);
        Pictures.Run("ffmpeg", "-v", "error", "-i", folder["a.mp4"], "-start_number", "0", folder["%05d.png"], "-start_number", "0", folder["%05d.jpg"]);
        return Directory.GetFiles(folder.Path).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
    }
}
