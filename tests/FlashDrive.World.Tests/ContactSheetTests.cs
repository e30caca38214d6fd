using System.Buffers.Binary;

namespace FlashDrive.World.Tests;

public sealed class ContactSheetTests : IDisposable
{
    /// <summary>Where set, the sheet of docs/world.md is written there.</summary>
    private const string PathVariable = "FLASHDRIVE_CONTACT_SHEET";

    private readonly string _folder = Directory.CreateTempSubdirectory("flashdrive-sheet-").FullName;

    [Fact]
    public void A_sheet_of_every_cause_is_a_small_png_with_a_row_per_window_and_a_column_per_camera()
    {
        var path = Environment.GetEnvironmentVariable(PathVariable) ?? Path.Combine(_folder, "sheet.png");
        ulong[] seeds = [31, 12, 33, 14, 35, 16, 37, 18, 39, 20, 41];
        var windows = Enum.GetValues<Cause>().Zip(seeds, (cause, seed) => WindowSampler.Onset(seed, cause)).ToArray();
        ContactSheet.Write(path, windows, 160, 96);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal(4 * 162 - 2, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        Assert.Equal(11 * 98 - 2, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
        Assert.InRange(bytes.Length, 50_000, 500_000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
