using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Vision;

public class ImageProcessorTests
{
    [Fact]
    public void Target_sizes_and_refusals_are_those_of_the_reference()
    {
        foreach (var row in Fixtures.Json("preprocess", "target_sizes.json").EnumerateArray())
        {
            int Value(string key) => row.GetProperty(key).GetInt32();
            (int, int) Size() => ImageProcessor.TargetSize(Value("h"), Value("w"), Value("factor"), Value("min_pixels"), Value("max_pixels"));
            if (row.TryGetProperty("rejected", out _)) Assert.Throws<ArgumentException>(() => Size());
            else Assert.Equal((Value("H"), Value("W")), Size());
        }
    }

    [Fact]
    public void Fixed_point_weights_are_those_of_the_reference()
    {
        foreach (var example in Fixtures.Json("preprocess", "cases.json").GetProperty("weight_examples").EnumerateArray())
        {
            var axis = ResamplingAxis.Create(example.GetProperty("n_in").GetInt32(), example.GetProperty("n_out").GetInt32());
            var o = example.GetProperty("out_index").GetInt32();
            Assert.Equal(example.GetProperty("precision_bits").GetInt32(), axis.Precision);
            Assert.Equal(example.GetProperty("first_in_index").GetInt32(), axis.First[o]);
            Assert.Equal(example.GetProperty("weights").Ints(), axis.Weights[(o * axis.Stride)..(o * axis.Stride + axis.Taps[o])].Select(w => (int)w));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_recorded_case_is_reproduced_byte_for_byte_with_and_without_vectors(bool vectors)
    {
        using var images = SafetensorsFile.Open(Fixtures.Golden("preprocess", "images.safetensors"));
        foreach (var row in Fixtures.Json("preprocess", "cases.json").GetProperty("cases").EnumerateArray())
        {
            var processor = new ImageProcessor(16, 2, 2, row.GetProperty("min_pixels").GetInt32(), row.GetProperty("max_pixels").GetInt32()) { AllowVectors = vectors };
            // The plain code takes seconds for the largest image; the smaller ones cover it.
            if (!vectors && row.GetProperty("name").GetString() == "formula") continue;
            using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var image in row.GetProperty("images").EnumerateArray())
            {
                var name = image.GetProperty("image").GetString()!;
                var (h, w) = (image.GetProperty("source_hw")[0].GetInt32(), image.GetProperty("source_hw")[1].GetInt32());
                var planes = name == "formula" ? FormulaImage(h, w) : images.Bytes(name).ToArray();
                Assert.Equal(image.GetProperty("source_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(planes)));
                var resized = processor.ResizePlanar(planes, h, w).ToArray();
                Assert.Equal(image.GetProperty("resized_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(resized)));
                Assert.True(processor.ResizeInterleaved(Interleave(planes), h, w).SequenceEqual(resized));
                var grid = processor.GridOf(h, w);
                Assert.Equal(image.GetProperty("grid_thw").Ints(), new[] { grid.T, grid.H, grid.W });
                var rows = new float[grid.Patches * processor.PatchLength];
                processor.ProcessPlanar(planes, h, w, rows);
                all.AppendData(MemoryMarshal.AsBytes(rows.AsSpan()));
                var codes = new byte[rows.Length];
                processor.ProcessCodes(Interleave(planes), h, w, codes);
                Assert.True(codes.Select(code => (code - 127.5f) / 127.5f).SequenceEqual(rows));
            }
            Assert.Equal(row.GetProperty("pixel_values_sha256").GetString(), Convert.ToHexStringLower(all.GetHashAndReset()));
        }
    }

    [Fact]
    public void Vectors_and_plain_code_agree_on_odd_sizes_and_strong_reductions()
    {
        var random = new KeyedRandom(7);
        foreach (var (h, w) in new[] { (33, 35), (101, 999), (1, 77), (64, 3001), (250, 64) })
        {
            var planes = new byte[3 * h * w];
            for (var i = 0; i < planes.Length; i++) planes[i] = (byte)(random.Integer((ulong)i, 3) == 0 ? 255 * random.Integer((ulong)i + 1, 2) : random.Integer((ulong)i, 256));
            var (fast, plain) = (new ImageProcessor(16, 2, 2, 1024, 4096), new ImageProcessor(16, 2, 2, 1024, 4096) { AllowVectors = false });
            Assert.Equal(plain.ResizePlanar(planes, h, w).ToArray(), fast.ResizePlanar(planes, h, w).ToArray());
        }
    }

    [Fact]
    public void Wrong_byte_counts_are_refused_by_size()
    {
        var processor = new ImageProcessor(16, 2, 2, 4096, 16384);
        Assert.Contains("an image of 10 x 20 has 600 bytes, got 599", Assert.Throws<ArgumentException>(() => processor.ResizeInterleaved(new byte[599], 10, 20).ToArray()).Message);
        Assert.Contains("need 12288 bytes and 24576 values, got 12288 and 7", Assert.Throws<ArgumentException>(() => processor.Process(new byte[12288], 64, 64, new float[7])).Message);
    }

    internal static byte[] FormulaImage(int height, int width)
    {
        var planes = new byte[3 * height * width];
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    planes[(c * height + y) * width + x] = (byte)((((x * x + 3 * y * y + 7 * x * y * (c + 1)) >> 12) + 37 * c + 60 * ((x / 48 + y / 40) % 2)) & 255);
        return planes;
    }

    private static byte[] Interleave(byte[] planes)
    {
        var pixels = planes.Length / 3;
        var rgb = new byte[planes.Length];
        for (var i = 0; i < pixels; i++)
            for (var c = 0; c < 3; c++) rgb[3 * i + c] = planes[c * pixels + i];
        return rgb;
    }
}
