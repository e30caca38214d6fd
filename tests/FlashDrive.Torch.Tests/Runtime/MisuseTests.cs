using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Runtime;

/// <summary>Wrong use is answered by an error that names what was wrong, and the next call works.</summary>
public class MisuseTests
{
    [Fact]
    public void A_shape_mismatch_names_operator_shapes_dtypes_and_LibTorchs_words()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.zeros(2, 3), torch.zeros([4, 5], torch.float32));
        var error = Expect.Fails(TorchErrorKind.Error, () => torch.matmul(a, b));
        Assert.Contains("aten::matmul(Float32[2, 3], Float32[4, 5])", error.Message);
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied", error.Message);
        Assert.Equal([2L, 5], torch.matmul(a, torch.zeros(3, 5)).shape);
    }

    [Fact]
    public void A_dtype_mismatch_names_both_types()
    {
        using var scope = torch.NewDisposeScope();
        var error = Expect.Fails(TorchErrorKind.Error, () => torch.mm(torch.zeros(2, 2), torch.zeros([2, 2], torch.float64)));
        Assert.Contains("aten::mm(Float32[2, 2], Float64[2, 2])", error.Message);
    }

    [Fact]
    public void An_index_out_of_range_is_an_index_error()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.zeros(2, 3);
        Assert.Contains("aten::select.int(Float32[2, 3], 0, 7)", Expect.Fails(TorchErrorKind.Index, () => x.select(0, 7)).Message);
        Assert.Contains("aten::softmax.int(Float32[2, 3], 4", Expect.Fails(TorchErrorKind.Index, () => x.softmax(4)).Message);
        Assert.Contains("Float32[2, 3] has 2 dimensions", Assert.Throws<ArgumentOutOfRangeException>(() => x.size(2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.size(-3));
    }

    [Fact]
    public void A_missing_operator_or_overload_is_named()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.zeros(1);
        var missing = new Op("aten::no_such_operator");
        Assert.False(missing.Exists);
        Assert.True(new Op("aten::add", "Tensor").Exists);
        Assert.Contains($"LibTorch {torch.version} has no operator aten::no_such_operator", Expect.Fails(TorchErrorKind.MissingOperator, () => missing.Call(x)).Message);
        Assert.Contains("Rebuild it", Expect.Fails(TorchErrorKind.MissingOperator, () => new Op("flashdrive::nothing").Call(x)).Message);
        Assert.Contains("aten::add.Nothing", Expect.Fails(TorchErrorKind.MissingOperator, () => new Op("aten::add", "Nothing").Call(x)).Message);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.zeros(2);
        Assert.Contains("takes 1 arguments, got 2", Expect.Fails(TorchErrorKind.Value, () => new Op("aten::exp").Call(x, x)).Message);
        Assert.Contains("argument 'vec' is missing", Expect.Fails(TorchErrorKind.Value, () => new Op("aten::mv").Call(x)).Message);
        Assert.Contains("argument 'vec' has no default", Expect.Fails(TorchErrorKind.Value, () => new Op("aten::mv").Call(x, Arg.Default)).Message);
        Assert.Contains("aten::exp(3)", Assert.Throws<TorchException>(() => new Op("aten::exp").Call(3)).Message);
        Assert.Contains("aten::exp('text')", Assert.Throws<TorchException>(() => new Op("aten::exp").Call("text")).Message);
        Assert.Contains("aten::exp(None)", Assert.Throws<TorchException>(() => new Op("aten::exp").Call(Arg.None)).Message);
        Assert.Contains("[Float32[2], Float32[2]", Assert.Throws<TorchException>(() => torch.cat([x, x], 5)).Message);
    }

    [Fact]
    public void Asking_for_another_kind_of_result_is_refused_and_frees_what_came()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.zeros(2, 3);
        var before = torch.LiveTensors;
        Assert.Contains("returned TensorList, not a tensor", Expect.Fails(TorchErrorKind.Type, () => new Op("aten::chunk").Call(x, 2, 0)).Message);
        Assert.Contains("returned Tensor, not a number", Expect.Fails(TorchErrorKind.Type, () => new Op("aten::exp").CallScalar(x)).Message);
        Assert.Contains("returned Bool, not a tensor", Expect.Fails(TorchErrorKind.Type, () => new Op("aten::equal").Call(x, x)).Message);
        Assert.Contains("returns 2 values, room for 1", Expect.Fails(TorchErrorKind.Value, () => new Op("aten::topk").Call(x, 1)).Message);
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void A_disposed_tensor_is_refused_everywhere()
    {
        using var scope = torch.NewDisposeScope();
        var gone = torch.ones(2);
        gone.Dispose();
        gone.Dispose();
        Assert.True(gone.IsDisposed);
        Assert.Equal("disposed tensor", gone.ToString());
        Assert.Throws<ObjectDisposedException>(() => gone + 1);
        Assert.Throws<ObjectDisposedException>(() => torch.ones(2) + gone);
        Assert.Throws<ObjectDisposedException>(() => torch.cat([torch.ones(2), gone]));
        Assert.Throws<ObjectDisposedException>(() => gone.shape);
        Assert.Throws<ObjectDisposedException>(() => gone.dtype);
        Assert.Throws<ObjectDisposedException>(() => gone.data<float>()[0]);
        Assert.Throws<ObjectDisposedException>(() => gone.backward());
        Assert.Throws<ObjectDisposedException>(() => gone.alias());
    }

    [Fact]
    public void Data_of_the_wrong_type_or_layout_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.zeros(2, 3);
        Assert.Contains("data<Double> of Float32[2, 3]", Assert.Throws<InvalidOperationException>(() => x.data<double>()[0]).Message);
        Assert.Contains("data<UInt16> of Float32[2, 3]", Assert.Throws<InvalidOperationException>(() => x.data<ushort>()[0]).Message);
        Assert.Contains("contiguous", Assert.Throws<InvalidOperationException>(() => x.t().data<float>()[0]).Message);
        Assert.Contains("item of Float32[2, 3]", Assert.Throws<InvalidOperationException>(() => x.item<float>()).Message);
        Assert.Throws<ArgumentException>(() => torch.tensor([1m], 1));
        Assert.Contains("3 values do not fill the shape [2, 2]", Assert.Throws<ArgumentException>(() => torch.tensor([1f, 2, 3], 2, 2)).Message);
    }

    [Fact]
    public void Bits_of_both_sixteen_bit_types_can_be_read_as_ushort()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal([(ushort)0x3FC0], torch.tensor([1.5f]).to(torch.bfloat16).ToArray<ushort>());
        Assert.Equal([(ushort)0x3E00], torch.tensor([1.5f]).to(torch.float16).ToArray<ushort>());
        Assert.Equal([(Half)1.5f], torch.tensor([1.5f]).to(torch.float16).ToArray<Half>());
    }

    [Fact]
    public void An_allocation_beyond_the_machine_is_an_out_of_memory_error()
    {
        var error = Expect.Fails(TorchErrorKind.OutOfMemory, () => torch.empty(1L << 50));
        Assert.Contains("aten::empty.memory_format([1125899906842624]", error.Message);
    }

    [Fact]
    public void A_negative_size_and_a_bad_blob_are_refused_and_release_their_owner()
    {
        Assert.Throws<TorchException>(() => torch.zeros(-1));
        var owner = new CountingOwner();
        Assert.Throws<TorchException>(() => torch.from_blob(0, [-2], torch.float32, owner, disposeOwner: true));
        Assert.Equal(1, owner.Disposals);
        using (torch.from_blob(0, [0], torch.float32, owner, disposeOwner: true)) Assert.Equal(1, owner.Disposals);
        Assert.Equal(2, owner.Disposals);
    }

    [Fact]
    public void Failing_calls_keep_nothing()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.zeros(2, 3), torch.zeros(4, 5));
        var before = torch.LiveTensors;
        for (var i = 0; i < 50; i++) Assert.Throws<TorchException>(() => torch.matmul(a, b));
        Assert.Equal(before, torch.LiveTensors);
        Expect.Values(a + 1, [2, 3], [1, 1, 1, 1, 1, 1]);
    }

    private sealed class CountingOwner : IDisposable
    {
        internal int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
