using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FlashDrive.Model.Vision;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Image preparation: target sizes, fixed-point weights, resized bytes and patch rows, all exact.</summary>
public sealed class PreprocessKind : IFixtureKind
{
    public string Name => "preprocess";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        var (images, outputs) = (folder.Open("images"), folder.Open("outputs"));
        images.Inputs(images.Tensors);
        var cases = folder.Json("cases.json");
        var settings = cases.GetProperty("processor");
        CompareTargetSizes(folder.Json("target_sizes.json"), settings.Int("patch_size"), settings.Int("merge_size"), comparison);
        CompareWeights(cases, comparison);
        var formula = BuildFormulaImage(cases.GetProperty("formula_image"), comparison);
        foreach (var row in cases.Array("cases"))
        {
            var processor = new ImageProcessor(
                settings.Int("patch_size"), settings.Int("temporal_patch_size"), settings.Int("merge_size"), row.Int("min_pixels"), row.Int("max_pixels"));
            RunCase(row, processor, name => name == "formula" ? formula : images.Bytes(name), outputs, comparison);
        }
    }

    private static void RunCase(JsonElement row, ImageProcessor processor, Func<string, byte[]> imageOf, FixtureFile outputs, Comparison comparison)
    {
        var name = row.Text("name");
        var grids = new List<int>();
        var values = new List<float[]>();
        foreach (var image in row.Array("images"))
        {
            var label = $"cases.json {name}";
            var (height, width) = (image.Ints("source_hw")[0], image.Ints("source_hw")[1]);
            var planes = imageOf(image.Text("image"));
            comparison.Exact($"{label} source", Digest(planes), image.Text("source_sha256"));
            var rgb = Interleave(planes);
            var resized = processor.ResizeInterleaved(rgb, height, width).ToArray();
            var (h, w) = processor.TargetSize(height, width);
            comparison.Exact($"{label} size", [h, w], image.Ints("resized_hw"));
            comparison.Exact($"{label} resized", Digest(resized), image.Text("resized_sha256"));
            comparison.Exact($"{label} sums", [.. Enumerable.Range(0, 3).Select(c => resized.AsSpan(c * h * w, h * w).ToArray().Sum(v => (int)v))], image.Ints("channel_sums"));
            CompareBits($"{label} precision", processor, width, w, image, "precision_bits_w", comparison);
            CompareBits($"{label} precision", processor, height, h, image, "precision_bits_h", comparison);
            if (!image.IsNull("resized")) comparison.Exact(outputs, image.Text("resized"), resized);
            if (!image.IsNull("crop")) CompareCrop(image.GetProperty("crop"), resized, h, w, outputs, comparison);

            var grid = processor.GridOf(height, width);
            comparison.Exact($"{label} grid", [grid.T, grid.H, grid.W], image.Ints("grid_thw"));
            comparison.Exact($"{label} rows", [values.Sum(v => v.Length) / processor.PatchLength, grid.Patches], [image.Int("first_row"), image.Int("rows")]);
            grids.AddRange([grid.T, grid.H, grid.W]);
            var rows = new float[grid.Patches * processor.PatchLength];
            processor.Process(rgb, height, width, rows);
            values.Add(rows);
        }
        float[] all = [.. values.SelectMany(v => v)];
        comparison.Exact(outputs, $"{name}.grid_thw", [.. grids]);
        comparison.Exact($"cases.json {name} pixel_values shape", [all.Length / processor.PatchLength, processor.PatchLength], row.Ints("pixel_values_shape"));
        comparison.Exact($"cases.json {name} pixel_values", Digest(MemoryMarshal.AsBytes(all.AsSpan())), row.Text("pixel_values_sha256"));
        if (outputs.Contains($"{name}.pixel_values")) comparison.Exact(outputs, $"{name}.pixel_values", all);
        if (outputs.Contains($"{name}.pixel_rows"))
            comparison.Exact(outputs, $"{name}.pixel_rows",
                row.Ints("pixel_rows_index").SelectMany(i => all.AsSpan(i * processor.PatchLength, processor.PatchLength).ToArray()).ToArray().AsSpan());
    }

    private static void CompareTargetSizes(JsonElement rows, int patch, int merge, Comparison comparison)
    {
        var (ours, reference) = (new List<int>(), new List<int>());
        foreach (var row in rows.EnumerateArray())
        {
            if (row.Int("factor") % merge != 0) throw new FixtureException($"target_sizes.json: factor {row.Int("factor")} is no multiple of the merge size {merge}");
            var processor = new ImageProcessor(row.Int("factor") / merge, 1, merge, row.Int("min_pixels"), row.Int("max_pixels"));
            try
            {
                var (h, w) = processor.TargetSize(row.Int("h"), row.Int("w"));
                ours.AddRange([h, w]);
            }
            catch (ArgumentException)
            {
                ours.AddRange([-1, -1]);
            }
            reference.AddRange(row.IsNull("rejected") ? [row.Int("H"), row.Int("W")] : [-1, -1]);
        }
        comparison.Exact("target_sizes.json", [.. ours], [.. reference]);
    }

    private static void CompareWeights(JsonElement cases, Comparison comparison)
    {
        foreach (var example in cases.Array("weight_examples"))
        {
            var axis = ResamplingAxis.Create(example.Int("n_in"), example.Int("n_out"));
            var o = example.Int("out_index");
            comparison.Exact(
                "cases.json weight_examples",
                [axis.Precision, axis.First[o], .. axis.Weights[(o * axis.Stride)..(o * axis.Stride + axis.Taps[o])].Select(weight => (int)weight)],
                [example.Int("precision_bits"), example.Int("first_in_index"), .. example.Ints("weights")]);
        }
    }

    private static void CompareBits(string name, ImageProcessor processor, int input, int output, JsonElement image, string key, Comparison comparison) =>
        comparison.Exact(name, [input == output ? -1 : processor.Axis(input, output).Precision], [image.IsNull(key) ? -1 : image.Int(key)]);

    private static void CompareCrop(JsonElement crop, byte[] resized, int height, int width, FixtureFile outputs, Comparison comparison)
    {
        var tensor = crop.Text("tensor");
        var (h, w) = ((int)outputs.Shape(tensor)[1], (int)outputs.Shape(tensor)[2]);
        var ours = new byte[3 * h * w];
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < h; y++)
                resized.AsSpan((c * height + crop.Int("y0") + y) * width + crop.Int("x0"), w).CopyTo(ours.AsSpan((c * h + y) * w));
        comparison.Exact(outputs, tensor, ours);
    }

    private static byte[] BuildFormulaImage(JsonElement description, Comparison comparison)
    {
        var (height, width) = (description.Ints("shape")[1], description.Ints("shape")[2]);
        var planes = new byte[3 * height * width];
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    planes[(c * height + y) * width + x] = (byte)((((x * x + 3 * y * y + 7 * x * y * (c + 1)) >> 12) + 37 * c + 60 * ((x / 48 + y / 40) % 2)) & 255);
        foreach (var probe in description.Rows("probes"))
            comparison.Exact("cases.json formula_image probes", [planes[(probe[0] * height + probe[1]) * width + probe[2]]], [probe[3]]);
        comparison.Exact("cases.json formula_image", Digest(planes), description.Text("sha256_chw_bytes"));
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

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
