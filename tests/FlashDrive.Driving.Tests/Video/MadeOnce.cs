namespace FlashDrive.Driving.Tests.Video;

/// <summary>Files that cost an ffmpeg start each, made once for all tests; tests that change them take a copy.</summary>
public sealed class MadeOnce
{
    public const int Frames = 12;

    private static readonly Lazy<ScratchFolder> Made = new(Make);

    /// <summary>Twelve frames at 10 Hz, all key frames.</summary>
    public string Video => Made.Value["a.mp4"];

    internal string CopyVideo(ScratchFolder folder)
    {
        File.Copy(Video, folder["a.mp4"]);
        return folder["a.mp4"];
    }

    /// <summary>Copies the images; the folder of <paramref name="pattern"/> is made. Numbers keep the digits of the pattern.</summary>
    internal string CopyImages(ScratchFolder folder, string pattern = "%05d.png")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[pattern])!);
        for (var i = 0; i < Frames; i++)
        {
            var name = pattern.Replace("%05d", i.ToString("D5")).Replace("%d", i.ToString());
            File.Copy(Made.Value[i.ToString("D5") + Path.GetExtension(pattern)], folder[name]);
        }
        return folder[pattern];
    }

    private static ScratchFolder Make()
    {
        var folder = new ScratchFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Pictures.Video(folder["a.mp4"], Frames);
        Pictures.Run("ffmpeg", "-v", "error", "-i", folder["a.mp4"], "-start_number", "0", folder["%05d.png"], "-start_number", "0", folder["%05d.jpg"]);
        return folder;
    }
}
