using System.Text;
using FlashDrive.Driving.Motion;

namespace FlashDrive.Driving.Tests.Motion;

public class NpyFileTests
{
    private const string Good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";

    [Fact]
    public void A_two_axis_array_is_read_in_c_order()
    {
        var (values, rows, columns) = Read(Good, 48);
        Assert.Equal((2, 3), (rows, columns));
        Assert.Equal([0, 1, 2, 3, 4, 5], values);
    }

    [Fact]
    public void A_one_axis_array_has_one_column()
    {
        var (_, rows, columns) = Read("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }", 48);
        Assert.Equal((6, 1), (rows, columns));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 48, "<f4")]
    [InlineData("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", 48, "True")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", 48, "|O")]
    [InlineData(Good, 47, "needs")]
    [InlineData(Good, 56, "needs")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647), }", 48, "needs")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 3), }", 48, "too large")]
    public void Anything_else_is_refused_by_name(string header, int dataBytes, string says)
    {
        var error = Assert.Throws<ClipException>(() => Read(header, dataBytes));
        Assert.Equal(ClipFault.InvalidNpy, error.Reason);
        Assert.Contains("a.npy", error.Message);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused() =>
        Assert.Contains("longer than the file", Refused([0x93, .. "NUMPY"u8, 1, 0, 0xFF, 0xFF, 1]).Message);

    [Fact]
    public void Another_magic_is_refused() => Assert.Contains("magic", Refused("PK\u0003\u0004, not an array"u8.ToArray()).Message);

    [Fact]
    public void An_empty_file_is_refused() => Assert.Contains("magic", Refused([]).Message);

    private static (double[] Values, int Rows, int Columns) Read(string header, int dataBytes)
    {
        using var folder = new ScratchFolder();
        var text = Encoding.Latin1.GetBytes(header + "\n");
        var data = Enumerable.Range(0, 8).SelectMany(i => BitConverter.GetBytes((double)i)).Take(dataBytes);
        File.WriteAllBytes(folder["a.npy"], [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. data]);
        return NpyFile.Read(folder["a.npy"]);
    }

    private static ClipException Refused(byte[] bytes)
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["a.npy"], bytes);
        return Assert.Throws<ClipException>(() => NpyFile.Read(folder["a.npy"]));
    }
}
