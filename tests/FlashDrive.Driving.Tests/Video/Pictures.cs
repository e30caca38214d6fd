using System.Diagnostics;
using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Tests.Video;

/// <summary>Small moving pictures and the files made of them by real ffmpeg.</summary>
internal static class Pictures
{
    public const int Width = 64, Height = 48;

    /// <summary>A soft gradient with a bright square whose place tells the number of the frame.</summary>
    public static byte[] Frame(int number, int width = Width, int height = Height)
    {
        var rgb = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * (y * width + x);
                (rgb[at], rgb[at + 1], rgb[at + 2]) = ((byte)(40 + x), (byte)(60 + y), (byte)(80 + (x + y) / 2));
                if (x / 8 == number % 8 && y / 8 == number / 8 % 6) rgb[at] = rgb[at + 1] = rgb[at + 2] = 230;
            }
        }
        return rgb;
    }

    /// <summary>The number whose square is in the picture.</summary>
    public static int NumberOf(ReadOnlySpan<byte> rgb)
    {
        int best = -1, brightest = -1, width = rgb.Length / 3 / Height;
        for (var n = 0; n < 48; n++)
        {
            var value = rgb[3 * ((n / 8 * 8 + 4) * width + n % 8 * 8 + 4)];
            if (value > brightest) (best, brightest) = (n, value);
        }
        return best;
    }

    /// <summary>A video whose frame i shows the number i.</summary>
    public static string Video(string path, int frames, double fps = 10, VideoWriterOptions? options = null)
    {
        using var writer = new VideoWriter(path, Width, Height, fps, options);
        for (var i = 0; i < frames; i++) writer.Write(Frame(i));
        writer.Complete();
        return path;
    }

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    /// <summary>Position and size in the file of the coded frame with an index.</summary>
    public static (long Position, int Size) Packet(string path, int index)
    {
        var start = new ProcessStartInfo("ffprobe",
            ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,size", "-of", "csv=p=0", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var line = process.StandardOutput.ReadToEnd().Split('\n')[index].Trim().Split(',');
        process.WaitForExit();
        // ffprobe prints the size before the position, whatever was asked for.
        return (long.Parse(line[1]), int.Parse(line[0]));
    }

    public static void Overwrite(string path, long position, int count, byte value)
    {
        using var file = File.OpenWrite(path);
        file.Position = position;
        file.Write(Enumerable.Repeat(value, count).ToArray());
    }
}
