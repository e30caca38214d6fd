using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Safetensors;

public class RoundTripTests
{
    private static readonly ScalarType[] Types =
    [
        torch.@bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64,
    ];

    [Fact]
    public void Every_dtype_and_layout_comes_back_bit_for_bit()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var type in Types)
        {
            tensors[$"plain {type}"] = torch.tensor([0f, 1, 2, 3, 4, 5], 2, 3).to(type);
            tensors[$"strided {type}"] = torch.tensor([0f, 1, 2, 3, 4, 5], 2, 3).to(type).t();
            tensors[$"empty {type}"] = torch.zeros([3, 0, 2], type);
            tensors[$"scalar {type}"] = torch.scalar(1).to(type);
        }
        tensors["Unicode ü \" \\ name"] = torch.ones(1).requires_grad_();
        var path = folder.File("all.safetensors");
        SafetensorsWriter.Save(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["note"] = "ä \"quoted\"" });
        Assert.Equal(["all.safetensors"], folder.Names);

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(tensors.Keys.Order(), file.Names.Order());
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("ä \"quoted\"", file.Metadata["note"]);
        foreach (var (name, saved) in tensors)
        {
            var loaded = file.Tensor(name);
            Assert.Equal((saved.dtype, saved.dtype), (loaded.dtype, file.DType(name)));
            Assert.Equal(saved.shape, loaded.shape);
            Assert.Equal(saved.shape, file.Shape(name));
            Assert.Equal(saved.numel * saved.dtype.ElementSize(), file.Bytes(name).Length);
            Assert.Equal(1, new Op("aten::equal").CallScalar(saved, loaded));
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("one.safetensors");
        SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["b"] = torch.tensor([(byte)7, (byte)8]), ["a"] = torch.tensor([1f]) });
        var bytes = File.ReadAllBytes(path);
        var length = BitConverter.ToInt64(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}""",
            System.Text.Encoding.UTF8.GetString(bytes, 8, (int)length).TrimEnd(' '));
        Assert.Equal([0, 0, 0x80, 0x3F, 7, 8], bytes[(8 + (int)length)..]);
    }

    [Fact]
    public void A_loaded_tensor_is_the_mapping_itself_and_keeps_it_alive()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        using (torch.NewDisposeScope())
            SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["x"] = torch.arange(0, 6).reshape(2, 3) });

        var open = FileMapping.OpenCount;
        var file = SafetensorsFile.Open(path);
        var (first, second) = (file.Tensor("x"), file.Tensor("x"));
        Assert.Equal(first.data_ptr(), second.data_ptr());
        unsafe
        {
            fixed (byte* bytes = file.Bytes("x")) Assert.Equal((nint)bytes, first.data_ptr());
        }
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Tensor("x"));
        Assert.Throws<ObjectDisposedException>(() => file.Bytes("x").Length);
        first.Dispose();
        var view = second[1];
        second.Dispose();
        Assert.Equal(open + 1, FileMapping.OpenCount);
        Assert.Equal([3L, 4, 5], view.ToArray<long>());
        view.Dispose();
        Assert.Equal(open, FileMapping.OpenCount);
    }

    [Fact]
    public void Writing_into_a_loaded_tensor_leaves_the_file_as_it_is()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["x"] = torch.ones(4) });
        var before = File.ReadAllBytes(path);
        using var file = SafetensorsFile.Open(path);
        file.Tensor("x").fill_(9);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void An_entry_off_its_alignment_is_copied()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("odd.safetensors");
        var header = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"""u8;
        using (var stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes((long)header.Length));
            stream.Write(header);
            stream.WriteByte(1);
            stream.Write(BitConverter.GetBytes(1.5f));
            stream.Write(BitConverter.GetBytes(-2f));
        }
        using var file = SafetensorsFile.Open(path);
        var b = file.Tensor("b");
        Assert.Equal([1.5f, -2], b.ToArray<float>());
        Assert.Equal(0, b.data_ptr() % 4);
    }

    [Fact]
    public void A_failed_save_leaves_the_earlier_file_and_no_temporary_one()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["x"] = torch.ones(4) });
        var before = File.ReadAllBytes(path);
        var sparse = new Op("aten::to_sparse").Call(torch.ones(2));
        Assert.Throws<TorchException>(() => SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["x"] = sparse }));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Save(path, new Dictionary<string, Tensor> { ["__metadata__"] = torch.ones(1) }));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["x.safetensors"], folder.Names);
    }

    [Fact]
    public void A_file_without_tensors_is_a_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("none.safetensors");
        SafetensorsWriter.Save(path, new Dictionary<string, Tensor>());
        using var file = SafetensorsFile.Open(path);
        Assert.Empty(file.Names);
        Assert.Contains("there is no tensor 'x' (it has 0)", Assert.Throws<SafetensorsException>(() => file.Tensor("x")).Message);
    }
}
