using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FlashDrive.World.Rendering;

/// <summary>Writes 8-bit RGB pictures as PNG (W3C Portable Network Graphics, third edition).</summary>
internal static class PngFile
{
    /// <param name="rgb">[height, width, 3].</param>
    public static void Write(string path, int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var line = new byte[1 + 3 * width];
            for (var row = 0; row < height; row++)
            {
                // Filter 1 (difference to the pixel on the left) serves flat colours well.
                line[0] = 1;
                var source = rgb.Slice(3 * width * row, 3 * width);
                for (var i = 0; i < source.Length; i++) line[1 + i] = (byte)(source[i] - (i < 3 ? 0 : source[i - 3]));
                zlib.Write(line);
            }
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        var temporary = path + ".partial";
        using (var file = File.Create(temporary))
        {
            file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
            Chunk(file, "IHDR", header);
            Chunk(file, "IDAT", packed.ToArray());
            Chunk(file, "IEND", []);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void Chunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
