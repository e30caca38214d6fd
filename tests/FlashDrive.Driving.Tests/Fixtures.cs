using System.Text.Json;

namespace FlashDrive.Driving.Tests;

internal static class Fixtures
{
    /// <summary>A path under tests/fixtures of this checkout.</summary>
    public static string At(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln"))) folder = folder.Parent!;
        return Path.Combine([folder.FullName, "tests", "fixtures", .. parts]);
    }

    /// <summary>A float32 tensor of a safetensors file, flat.</summary>
    public static float[] Tensor(string file, string name)
    {
        var bytes = File.ReadAllBytes(file);
        var header = (int)BitConverter.ToInt64(bytes, 0);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var entry = json.RootElement.GetProperty(name);
        Assert.Equal("F32", entry.GetProperty("dtype").GetString());
        int start = entry.GetProperty("data_offsets")[0].GetInt32(), end = entry.GetProperty("data_offsets")[1].GetInt32();
        var values = new float[(end - start) / 4];
        Buffer.BlockCopy(bytes, 8 + header + start, values, 0, end - start);
        return values;
    }
}

/// <summary>A folder of its own for each test, gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("flashdrive-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
