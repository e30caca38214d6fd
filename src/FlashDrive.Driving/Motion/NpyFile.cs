using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace FlashDrive.Driving.Motion;

/// <summary>A strict reader of NumPy's .npy format for what pose files hold: float64, little-endian, C order, one or two axes.</summary>
internal static partial class NpyFile
{
    /// <summary>Hours of poses at 100 Hz fit; a hostile header cannot ask for more.</summary>
    private const long LargestFile = 1L << 30;

    /// <summary>Values in C order and the shape ([n] has one column).</summary>
    /// <exception cref="ClipException">missing_file, unreadable_file or invalid_npy.</exception>
    public static (double[] Values, int Rows, int Columns) Read(string path)
    {
        var bytes = InputFile.ReadBytes(path, LargestFile);
        if (bytes.Length < 10 || bytes[0] != 0x93 || !bytes.AsSpan(1, 5).SequenceEqual("NUMPY"u8)) throw Bad(path, "it does not begin with the .npy magic");
        int major = bytes[6];
        if (major is not (1 or 2 or 3)) throw Bad(path, $"format version {major} is unknown (1, 2 and 3 are)");
        var lengthBytes = major == 1 ? 2 : 4;
        if (bytes.Length < 8 + lengthBytes) throw Bad(path, "the header is cut off");
        long headerLength = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8))
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        var start = 8 + lengthBytes + headerLength;
        if (start > bytes.Length) throw Bad(path, $"its header of {headerLength} bytes is longer than the file");

        var header = Encoding.Latin1.GetString(bytes, 8 + lengthBytes, (int)headerLength);
        var match = Header().Match(header);
        if (!match.Success) throw Bad(path, $"header '{header.Trim()}' is not a float64 ('<f8'), C order array of one or two axes");
        if (!int.TryParse(match.Groups[1].Value, out var rows) || !int.TryParse(match.Groups[2].Success ? match.Groups[2].Value : "1", out var columns))
            throw Bad(path, $"shape ({match.Groups[1].Value}, {match.Groups[2].Value}) is too large");
        var expected = (Int128)start + (Int128)8 * rows * columns;
        if (expected != bytes.Length) throw Bad(path, $"shape ({rows}, {columns}) needs {expected} bytes, the file has {bytes.Length}");

        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan((int)start + 8 * i));
        return (values, rows, columns);
    }

    private static ClipException Bad(string path, string why) => new(ClipFault.InvalidNpy, $"'{path}' is not a readable .npy file: {why}");

    [GeneratedRegex(@"^\s*\{\s*'descr':\s*'<f8',\s*'fortran_order':\s*False,\s*'shape':\s*\((\d+),\s*(\d+)?\s*\),?\s*\}\s*$")]
    private static partial Regex Header();
}
