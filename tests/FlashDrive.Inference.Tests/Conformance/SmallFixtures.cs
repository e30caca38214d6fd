using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FlashDrive.Inference.Conformance;

namespace FlashDrive.Inference.Tests.Conformance;

/// <summary>A directory of hand-made fixtures.</summary>
internal sealed class SmallFixtures : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("flashdrive-conformance-").FullName;

    /// <summary>Writes FOLDER/outputs.safetensors with float32 vectors.</summary>
    public SmallFixtures With(string folder, params (string Name, float[] Values)[] tensors)
    {
        var header = new Dictionary<string, object>();
        var data = new List<byte>();
        foreach (var (name, values) in tensors)
        {
            header[name] = new { dtype = "F32", shape = new[] { values.Length }, data_offsets = new[] { data.Count, data.Count + 4 * values.Length } };
            data.AddRange(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        Directory.CreateDirectory(Path.Combine(Root, folder));
        File.WriteAllBytes(Path.Combine(Root, folder, "outputs.safetensors"), [.. length, .. json, .. data]);
        return this;
    }

    public SmallFixtures WithText(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, file))!);
        File.WriteAllText(Path.Combine(Root, file), text);
        return this;
    }

    public (int Code, string Output) Run(Action<FixtureFolder, Comparison> kind, bool selfTest = false, string under = "")
    {
        var output = new StringWriter();
        var code = new ConformanceRunner([new Kind("known", kind)]).Run(Path.Combine(Root, under), selfTest, output);
        return (code, output.ToString());
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class Kind(string name, Action<FixtureFolder, Comparison> run) : IFixtureKind
    {
        public string Name => name;

        public void Run(FixtureFolder folder, Comparison comparison) => run(folder, comparison);
    }
}
