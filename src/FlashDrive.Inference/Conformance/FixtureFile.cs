using System.Runtime.InteropServices;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance;

/// <summary>A .safetensors file of a fixture that remembers which of its tensors were declared inputs or compared.</summary>
public sealed class FixtureFile : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _accounted = [];

    internal FixtureFile(string path)
    {
        _file = SafetensorsFile.Open(path);
        Name = Path.GetFileNameWithoutExtension(path);
    }

    /// <summary>File name without extension; results read NAME/TENSOR.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Tensors => _file.Names;

    public bool Contains(string tensor) => _file.Contains(tensor);

    public IReadOnlyList<long> Shape(string tensor) => _file.Shape(tensor);

    /// <summary>Declares tensors that the fixture feeds in: they are not compared.</summary>
    public void Inputs(params IEnumerable<string> tensors)
    {
        foreach (var tensor in tensors)
            if (Contains(tensor)) _accounted.Add(tensor);
            else throw new FixtureException($"{Name}.safetensors has no tensor '{tensor}'");
    }

    /// <summary>Values of a floating-point tensor (float32 or bfloat16), row-major. Reading alone accounts for nothing.</summary>
    public float[] Floats(string tensor)
    {
        switch (_file.DType(tensor))
        {
            case ScalarType.Float32: return MemoryMarshal.Cast<byte, float>(_file.Bytes(tensor)).ToArray();
            case ScalarType.BFloat16:
                var halves = MemoryMarshal.Cast<byte, ushort>(_file.Bytes(tensor));
                var values = new float[halves.Length];
                for (var i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                return values;
            default: throw new FixtureException($"{Name}.safetensors: '{tensor}' is {_file.DType(tensor)}, expected floating point");
        }
    }

    /// <summary>Values of an integer tensor (int64, int32, int16, int8, uint8, bool), row-major.</summary>
    public long[] Integers(string tensor)
    {
        var bytes = _file.Bytes(tensor);
        return _file.DType(tensor) switch
        {
            ScalarType.Int64 => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
            ScalarType.Int32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), value => (long)value),
            ScalarType.Int16 => Array.ConvertAll(MemoryMarshal.Cast<byte, short>(bytes).ToArray(), value => (long)value),
            ScalarType.Int8 => Array.ConvertAll(MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray(), value => (long)value),
            ScalarType.Byte or ScalarType.Bool => Array.ConvertAll(bytes.ToArray(), value => (long)value),
            var other => throw new FixtureException($"{Name}.safetensors: '{tensor}' is {other}, expected integers"),
        };
    }

    /// <summary>As <see cref="Integers"/>, narrowed to token ids, indices and the like.</summary>
    public int[] Ints(string tensor) => Array.ConvertAll(Integers(tensor), value => checked((int)value));

    /// <summary>Raw bytes, e.g. of a uint8 image.</summary>
    public byte[] Bytes(string tensor) => _file.Bytes(tensor).ToArray();

    /// <summary>A tensor over the file's bytes, in its stored dtype and shape.</summary>
    public Tensor Tensor(string tensor) => _file.Tensor(tensor);

    public void Dispose() => _file.Dispose();

    internal void MarkCompared(string tensor) => _accounted.Add(tensor);

    internal IEnumerable<string> Unaccounted() => Tensors.Where(tensor => !_accounted.Contains(tensor));

    /// <summary>Any tensor as doubles, which hold every stored value exactly.</summary>
    internal double[] Numbers(string tensor) => !Contains(tensor)
        ? throw new FixtureException($"{Name}.safetensors has no tensor '{tensor}'")
        : _file.DType(tensor).IsFloatingPoint()
            ? Array.ConvertAll(Floats(tensor), value => (double)value)
            : Array.ConvertAll(Integers(tensor), value => (double)value);
}
