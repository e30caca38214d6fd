using FlashDrive.World.Rendering;

namespace FlashDrive.World;

/// <summary>Pictures of windows laid out in a grid: a row per window, a column per camera.</summary>
public static class ContactSheet
{
    private const int Gap = 2;

    /// <summary>Writes the newest picture of every camera of each window as one PNG.</summary>
    /// <param name="width">Width of one picture in pixels, <paramref name="height"/> its height.</param>
    public static void Write(string path, IReadOnlyList<DrivingWindow> windows, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfZero(windows.Count, nameof(windows));
        var columns = windows[0].CameraIndices.Count;
        int sheetWidth = columns * (width + Gap) - Gap, sheetHeight = windows.Count * (height + Gap) - Gap;
        var sheet = new byte[sheetWidth * sheetHeight * 3];
        Array.Fill(sheet, (byte)255);
        var picture = new byte[width * height * 3];
        for (var row = 0; row < windows.Count; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                windows[row].Render(windows[row].CameraIndices[column], DrivingWindow.Frames - 1, width, height, picture);
                for (var y = 0; y < height; y++)
                    picture.AsSpan(y * width * 3, width * 3).CopyTo(sheet.AsSpan(((row * (height + Gap) + y) * sheetWidth + column * (width + Gap)) * 3));
            }
        }
        PngFile.Write(path, sheetWidth, sheetHeight, sheet);
    }
}
