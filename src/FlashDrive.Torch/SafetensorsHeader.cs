using System.Text.Json;

namespace FlashDrive.Torch;

/// <summary>A file that is not well-formed .safetensors, or lacks what was asked of it.</summary>
public sealed class SafetensorsException(string path, string rule) : Exception($"{path}: {rule}");

internal sealed record SafetensorsEntry(string Name, ScalarType DType, long[] Shape, long Begin, long End);

/// <summary>The parsed header: the entries' bytes tile the data without overlap or gap, and match shape times element size.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the header.</summary>
    internal const int MaxBytes = 100_000_000;

    private const int MaxDimensions = 16;

    internal required IReadOnlyList<string> Names { get; init; }

    internal required IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; init; }

    internal required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Offset of the data in the file.</summary>
    internal required long DataStart { get; init; }

    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var entries = new Dictionary<string, SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            using var document = JsonDocument.ParseValue(ref reader);
            // Only white space may follow the object: writers pad the header with it.
            if (json[(int)reader.BytesConsumed..].ContainsAnyExcept((byte)' ', (byte)'\n', (byte)0))
                throw new SafetensorsException(path, "the header has text after its JSON object");
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SafetensorsException(path, $"the header is a JSON {document.RootElement.ValueKind}, not an object");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (var item in property.Value.EnumerateObject()) metadata[item.Name] = item.Value.GetString() ?? "";
                    continue;
                }
                if (!entries.TryAdd(property.Name, ParseEntry(path, property, dataLength)))
                    throw new SafetensorsException(path, $"tensor '{property.Name}' stands twice in the header");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new SafetensorsException(path, $"the header is not valid: {e.Message}");
        }
        var ordered = entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End).ToList();
        CheckCoverage(path, ordered, dataLength);
        return new SafetensorsHeader { Names = [.. ordered.Select(e => e.Name)], Entries = entries, Metadata = metadata, DataStart = 8 + json.Length };
    }

    internal static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Bool => "BOOL", ScalarType.Byte => "U8", ScalarType.Int8 => "I8", ScalarType.Int16 => "I16", ScalarType.Int32 => "I32",
        ScalarType.Int64 => "I64", ScalarType.Float16 => "F16", ScalarType.BFloat16 => "BF16", ScalarType.Float32 => "F32", ScalarType.Float64 => "F64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a dtype of the format"),
    };

    /// <summary>The format allows neither overlaps nor bytes that belong to no tensor.</summary>
    private static void CheckCoverage(string path, List<SafetensorsEntry> ordered, long dataLength)
    {
        long covered = 0;
        string? before = null;
        foreach (var entry in ordered)
        {
            if (entry.Begin < covered)
                throw new SafetensorsException(path, $"tensors '{before}' and '{entry.Name}' overlap at byte {entry.Begin} of the data");
            if (entry.Begin > covered)
                throw new SafetensorsException(path, $"bytes {covered}..{entry.Begin} of the data, before tensor '{entry.Name}', belong to no tensor");
            (covered, before) = (entry.End, entry.Name);
        }
        if (covered != dataLength)
            throw new SafetensorsException(path, $"the last {dataLength - covered} bytes of the data belong to no tensor");
    }

    private static SafetensorsEntry ParseEntry(string path, JsonProperty property, long dataLength)
    {
        var name = property.Name;
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64()).ToArray();
        var type = ParseType(path, name, property.Value.GetProperty("dtype").GetString());
        if (offsets.Length != 2) throw new SafetensorsException(path, $"tensor '{name}' has {offsets.Length} data offsets, not 2");
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin < 0 || end < begin || end > dataLength)
            throw new SafetensorsException(path, $"tensor '{name}' lies at bytes {begin}..{end}, outside the {dataLength} bytes of data (is the file cut off?)");
        if (shape.Length > MaxDimensions) throw new SafetensorsException(path, $"tensor '{name}' has {shape.Length} dimensions, more than {MaxDimensions}");
        Int128 bytes = type.ElementSize(), strides = bytes;
        foreach (var size in shape)
        {
            if (size < 0) throw new SafetensorsException(path, $"tensor '{name}' has the negative size {size}");
            // A size of zero makes the tensor empty but not its strides, which must not overflow either.
            (bytes, strides) = (bytes * size, strides * Math.Max(size, 1));
            if (strides > long.MaxValue) throw new SafetensorsException(path, $"tensor '{name}' has a shape of more than 2^63 bytes");
        }
        if (bytes != end - begin)
            throw new SafetensorsException(path, $"tensor '{name}' {type}[{string.Join(", ", shape)}] needs {bytes} bytes, its offsets span {end - begin}");
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    private static ScalarType ParseType(string path, string tensor, string? dtype) => dtype switch
    {
        "BOOL" => ScalarType.Bool, "U8" => ScalarType.Byte, "I8" => ScalarType.Int8, "I16" => ScalarType.Int16, "I32" => ScalarType.Int32,
        "I64" => ScalarType.Int64, "F16" => ScalarType.Float16, "BF16" => ScalarType.BFloat16, "F32" => ScalarType.Float32, "F64" => ScalarType.Float64,
        _ => throw new SafetensorsException(path, $"tensor '{tensor}' has the unknown dtype '{dtype}'"),
    };
}
