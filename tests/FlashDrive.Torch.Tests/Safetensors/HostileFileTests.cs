using System.Text;
using FlashDrive.Driving;
using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Safetensors;

/// <summary>A file that is cut off, lies about itself or was made to harm is refused by name and rule, before any byte is handed out.</summary>
public class HostileFileTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}""";

    private const int GoodData = 16;

    private static string Entry(string dtype, string shape, string offsets) =>
        $$$"""{"a":{"dtype":{{{dtype}}},"shape":{{{shape}}},"data_offsets":{{{offsets}}}}}""";

    public static TheoryData<string, string> Headers => new()
    {
        { "", "not valid" },
        { "not json", "not valid" },
        { "[]", "a JSON Array, not an object" },
        { "3", "a JSON Number, not an object" },
        { Good + "x", "text after its JSON object" },
        { Good + "{}", "text after its JSON object" },
        { Good[..^1], "not valid" },
        { new string('[', 5000), "not valid" },
        { string.Concat(Enumerable.Repeat("{\"a\":", 5000)), "not valid" },
        { """{"a":3}""", "not valid" },
        { """{"a":{}}""", "not valid" },
        { """{"a":{"dtype":"F32","shape":[4]}}""", "not valid" },
        { """{"__metadata__":3}""", "not valid" },
        { """{"__metadata__":{"a":3}}""", "not valid" },
        { Entry("\"F32\"", "[4]", "[0,16,16]"), "has 3 data offsets" },
        { Entry("\"F32\"", "[4]", "[0]"), "has 1 data offsets" },
        { Entry("\"F32\"", "[4]", "[0,17]"), "outside the 16 bytes" },
        { Entry("\"F32\"", "[4]", "[-8,8]"), "outside the 16 bytes" },
        { Entry("\"F32\"", "[4]", "[16,0]"), "outside the 16 bytes" },
        { Entry("\"F32\"", "[4]", "[0,9223372036854775807]"), "outside the 16 bytes" },
        { Entry("\"F32\"", "[4]", "[0,9223372036854775808]"), "not valid" },
        { Entry("\"F32\"", "[4]", "[0.5,16]"), "not valid" },
        { Entry("\"F32\"", "[4]", "[0,12]"), "needs 16 bytes, its offsets span 12" },
        { Entry("\"F32\"", "[3]", "[0,16]"), "needs 12 bytes, its offsets span 16" },
        { Entry("\"F32\"", "[-4]", "[0,16]"), "negative size -4" },
        { Entry("\"F32\"", "[-2,-2]", "[0,16]"), "negative size -2" },
        { Entry("\"F32\"", "[4294967296,4294967296,4]", "[0,16]"), "more than 2^63 bytes" },
        { Entry("\"F32\"", "[9223372036854775807,9223372036854775807]", "[0,16]"), "more than 2^63 bytes" },
        { Entry("\"F32\"", "[0,4294967296,4294967296]", "[0,0]"), "more than 2^63 bytes" },
        { Entry("\"F32\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4]", "[0,16]"), "17 dimensions" },
        { Entry("\"F32\"", "[4.0]", "[0,16]"), "not valid" },
        { Entry("\"F32\"", "\"4\"", "[0,16]"), "not valid" },
        { Entry("\"F32\"", "[null]", "[0,16]"), "not valid" },
        { Entry("\"F128\"", "[1]", "[0,16]"), "unknown dtype 'F128'" },
        { Entry("\"f32\"", "[4]", "[0,16]"), "unknown dtype 'f32'" },
        { Entry("null", "[4]", "[0,16]"), "unknown dtype ''" },
        { Entry("3", "[4]", "[0,16]"), "not valid" },
        { """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'a' stands twice" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "'a' and 'b' overlap at byte 8" },
        { """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "overlap at byte 0" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "bytes 4..8 of the data, before tensor 'b', belong to no tensor" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "the last 8 bytes of the data belong to no tensor" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_that_breaks_a_rule_is_refused_by_that_rule(string header, string rule)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("hostile.safetensors");
        Write(path, (ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), GoodData);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(rule, error.Message);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        var header = Encoding.UTF8.GetBytes(Good);
        header[2] = 0xFF;
        Assert.Contains("not valid", Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Parse("x", header, GoodData)).Message);
    }

    [Theory]
    [InlineData(0, "fewer than the 8")]
    [InlineData(7, "fewer than the 8")]
    [InlineData(8, "the header claims 108 bytes, the file has 0")]
    [InlineData(60, "the header claims 108 bytes, the file has 52")]
    [InlineData(8 + 108 + 15, "outside the 15 bytes of data (is the file cut off?)")]
    public void A_file_cut_off_anywhere_is_refused(int length, string rule)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("cut.safetensors");
        Write(path, (ulong)Good.Length, Encoding.UTF8.GetBytes(Good), GoodData);
        using (var file = File.OpenWrite(path)) file.SetLength(length);
        Assert.Contains(rule, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(1_000UL)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("long.safetensors");
        Write(path, length, Encoding.UTF8.GetBytes(Good), GoodData);
        Assert.Contains($"the header claims {length} bytes", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Refused_files_are_unmapped()
    {
        var open = FileMapping.OpenCount;
        using var folder = new TemporaryFolder();
        var path = folder.File("bad.safetensors");
        Write(path, 3, "[] "u8, data: 0);
        for (var i = 0; i < 10; i++) Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Equal(open, FileMapping.OpenCount);
    }

    [Fact]
    public void Twenty_thousand_mutated_headers_load_or_are_refused_and_nothing_else()
    {
        var random = new KeyedRandom(20);
        var (loaded, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = HeaderMutation.Of(Encoding.UTF8.GetBytes(Good), random.At(round));
            try
            {
                var header = SafetensorsHeader.Parse("mutated", bytes, GoodData);
                Assert.Equal(GoodData, header.Entries.Values.Sum(e => e.End - e.Begin));
                loaded++;
            }
            catch (SafetensorsException)
            {
                refused++;
            }
        }
        Assert.InRange(loaded, 100, 19_000);
        Assert.InRange(refused, 1_000, 19_900);
    }

    [Fact]
    public void Mutated_files_load_or_are_refused_and_what_loads_can_be_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("mutated.safetensors");
        var random = new KeyedRandom(21);
        var loaded = 0;
        for (var round = 0; round < 200; round++)
        {
            var header = HeaderMutation.Of(Encoding.UTF8.GetBytes(Good), random.At(round));
            Write(path, (ulong)header.Length, header, GoodData);
            try
            {
                using var scope = torch.NewDisposeScope();
                using var file = SafetensorsFile.Open(path);
                foreach (var name in file.Names) Assert.True(file.Tensor(name).to(torch.float64).numel <= GoodData);
                loaded++;
            }
            catch (SafetensorsException refusal)
            {
                Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(loaded, 1, 199);
    }

    private static void Write(string path, ulong headerLength, ReadOnlySpan<byte> header, int data)
    {
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes(headerLength));
        file.Write(header);
        file.Write(new byte[data]);
    }
}
