using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Operators;

/// <summary>Matrix products, embedding, norms and indexed writes against values written down by hand.</summary>
public class MatrixTests
{
    private static Tensor A() => torch.tensor([1f, 2, 3, 4], 2, 2);

    private static Tensor B() => torch.tensor([5f, 6, 7, 8], 2, 2);

    public static TheoryData<string, Func<Tensor>, long[], double[]> Cases => new()
    {
        { "matmul", () => torch.matmul(A(), B()), [2, 2], [19, 22, 43, 50] },
        { "mm", () => torch.mm(A(), B()), [2, 2], [19, 22, 43, 50] },
        { "method", () => A().matmul(B()), [2, 2], [19, 22, 43, 50] },
        { "mv", () => torch.mv(A(), torch.tensor([1f, -1])), [2], [-1, -1] },
        { "linear", () => torch.linear(torch.tensor([1f, -1], 1, 2), B()), [1, 2], [-1, -1] },
        { "linear with bias", () => torch.linear(A(), B(), torch.tensor([100f, 200])), [2, 2], [117, 223, 139, 253] },
        { "bmm", () => torch.bmm(torch.stack([A(), B()]), torch.stack([B(), A()])), [2, 2, 2], [19, 22, 43, 50, 23, 34, 31, 46] },
        { "baddbmm", () => torch.baddbmm(A().unsqueeze(0), A().unsqueeze(0), B().unsqueeze(0), beta: 2, alpha: 0.5), [1, 2, 2], [11.5, 15, 27.5, 33] },
        { "addmm", () => torch.addmm(B(), A(), B()), [2, 2], [24, 28, 50, 58] },
        { "bf16 matmul", () => torch.matmul(A().to(torch.bfloat16), B().to(torch.bfloat16)), [2, 2], [19, 22, 43, 50] },
        { "bf16 linear", () => torch.linear(A().to(torch.bfloat16), B().to(torch.bfloat16)), [2, 2], [17, 23, 39, 53] },
        { "float64 matmul", () => torch.matmul(A().to(torch.float64), B().to(torch.float64)), [2, 2], [19, 22, 43, 50] },
        { "embedding", () => torch.embedding(B(), torch.tensor([1L, 0, 1], 1, 3)), [1, 3, 2], [7, 8, 5, 6, 7, 8] },
        // Row [1, 3]: mean 2, variance 1.
        { "layer_norm", () => torch.layer_norm(torch.tensor([1f, 3], 1, 2), torch.tensor([2f, 3]), torch.tensor([10f, 20]), 0), [1, 2], [8, 23] },
        { "index_copy_", () => A().index_copy_(0, torch.tensor([1L, 0]), B()), [2, 2], [7, 8, 5, 6] },
        { "index_add", () => A().index_add(0, torch.tensor([1L, 1]), B()), [2, 2], [1, 2, 15, 18] },
        { "index with a missing dimension", () => new Op("aten::index", "Tensor").Call(A(), Arg.OptionalTensors([null, torch.tensor([1L])])), [2, 1], [2, 4] },
        { "index with a mask", () => new Op("aten::index", "Tensor").Call(A(), Arg.OptionalTensors([A().gt(2)])), [2], [3, 4] },
        { "einsum by text", () => new Op("aten::einsum").Call("ij,jk->ik", (Tensor[])[A(), B()]), [2, 2], [19, 22, 43, 50] },
        { "integer lists and a truth value", () => new Op("aten::convolution").Call(A().reshape(1, 1, 4), torch.tensor([1f, 1], 1, 1, 2), Arg.None, new long[] { 1 }, new long[] { 0 }, new long[] { 1 }, false, new long[] { 0 }, 1), [1, 1, 3], [3, 5, 7] },
        { "double list", () => new Op("aten::upsample_nearest1d", "vec").Call(torch.tensor([1f, 2], 1, 1, 2), Arg.None, Arg.Doubles([2])), [1, 1, 4], [1, 1, 2, 2] },
        { "dtype argument", () => new Op("aten::sum").Call(A(), torch.float64), [], [10] },
        { "device argument", () => A().to(Device.Cpu), [2, 2], [1, 2, 3, 4] },
        { "schema default in the middle", () => new Op("aten::add", "Tensor").Call(A(), B(), Arg.Default), [2, 2], [6, 8, 10, 12] },
        { "integer where a float is wanted", () => new Op("aten::layer_norm").Call(torch.tensor([1f, 3], 1, 2), (ReadOnlySpan<long>)[2], Arg.None, Arg.None, 0), [1, 2], [-1, 1] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operator_gives_the_values_written_down(string name, Func<Tensor> call, long[] shape, double[] expected)
    {
        using var scope = torch.NewDisposeScope();
        Assert.NotEmpty(name);
        Expect.Values(call(), shape, expected, 1e-5);
    }

    [Fact]
    public void Products_keep_their_element_type()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var type in new[] { torch.bfloat16, torch.float32, torch.float64 })
            Assert.Equal(type, torch.matmul(A().to(type), B().to(type)).dtype);
    }

    [Fact]
    public void An_operator_that_returns_a_truth_value_is_read_as_a_number()
    {
        using var scope = torch.NewDisposeScope();
        var equal = new Op("aten::equal");
        Assert.Equal(1, equal.CallScalar(A(), A()));
        Assert.Equal(0, equal.CallScalar(A(), B()));
        Assert.Equal(2, new Op("aten::size", "int").CallScalar(A(), 0));
        Assert.Equal(2.5, new Op("aten::item").CallScalar(torch.scalar(2.5f)));
    }

    [Fact]
    public void A_schema_is_printed_as_LibTorch_has_it() =>
        Assert.StartsWith("aten::mv(Tensor self, Tensor vec)", new Op("aten::mv").Schema);

    [Fact]
    public void A_boolean_list_argument_selects_the_wanted_gradients()
    {
        using var scope = torch.NewDisposeScope();
        var backward = new Op("aten::native_layer_norm_backward");
        var x = torch.tensor([1f, 3], 1, 2);
        var results = backward.CallMany(torch.ones(1, 2), x, (ReadOnlySpan<long>)[2], torch.tensor([2f], 1, 1), torch.tensor([1f], 1, 1), torch.ones(2), torch.ones(2), Arg.Bools([false, false, true]));
        Expect.Values(Assert.Single(results), [2], [1, 1]);
    }
}
