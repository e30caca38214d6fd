namespace FlashDrive.Driving.Tests.Video;

/// <summary>Files that cost an ffmpeg start each, made once for all tests of a class; tests that change them take a copy.</summary>
public sealed class MadeOnce : IDisposable
{
    public const int Frames = 12;

    private readonly ScratchFolder _folder = new();

    public MadeOnce()
    {
        Pictures.Video(Video, Frames);
        foreach (var extension in new[] { ".png", ".jpg" })
            Pictures.Run("ffmpeg", "-v", "error", "-i", Video, "-start_number", "0", _folder["%05d" + extension]);
    }

    /// <summary>Twelve frames at 10 Hz, all key frames.</summary>
    public string Video => _folder["a.mp4"];

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
            File.Copy(_folder[i.ToString("D5") + Path.GetExtension(pattern)], folder[name]);
        }
        return folder[pattern];
    }

    public void Dispose() => _folder.Dispose();
}
