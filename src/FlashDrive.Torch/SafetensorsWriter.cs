using System.Buffers.Binary;
using System.Text.Json;

namespace FlashDrive.Torch;

/// <summary>Writes .safetensors files: wide elements first and then names in ordinal order, so that every tensor is aligned; to a temporary name that is then renamed.</summary>
public static class SafetensorsWriter
{
    /// <param name="tensors">CPU tensors of any layout, by name.</param>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (tensors.ContainsKey("__metadata__"))
            throw new ArgumentException("'__metadata__' is the format's own key and names no tensor", nameof(tensors));
        // Wider elements first, so that each tensor starts at a multiple of its element size.
        var ordered = tensors.OrderByDescending(t => t.Value.dtype.ElementSize()).ThenBy(t => t.Key, StringComparer.Ordinal).ToList();
        var header = Header(ordered, metadata);
        var temporary = path + ".partial";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                file.Write(length);
                file.Write(header);
                foreach (var (_, tensor) in ordered) WriteData(file, tensor);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                var bytes = tensor.numel * tensor.dtype.ElementSize();
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsHeader.NameOf(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static unsafe void WriteData(FileStream file, Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var dense = tensor.detach().cpu().contiguous();
        const int piece = 1 << 30;
        var bytes = dense.numel * dense.dtype.ElementSize();
        for (long done = 0; done < bytes; done += piece)
            file.Write(new ReadOnlySpan<byte>((byte*)dense.data_ptr() + done, (int)Math.Min(piece, bytes - done)));
    }
}
