using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Operators;

/// <summary>Views of the 2x3 matrix 0..5 and their kin, against values written down by hand.</summary>
public class ViewTests
{
    private static Tensor Matrix() => torch.tensor([0f, 1, 2, 3, 4, 5], 2, 3);

    public static TheoryData<string, Func<Tensor, Tensor>, long[], double[]> Cases => new()
    {
        { "reshape", m => m.reshape(3, 2), [3, 2], [0, 1, 2, 3, 4, 5] },
        { "reshape with an inferred size", m => m.reshape(-1), [6], [0, 1, 2, 3, 4, 5] },
        { "view", m => m.view(1, 6), [1, 6], [0, 1, 2, 3, 4, 5] },
        { "permute", m => m.permute(1, 0), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "transpose", m => m.transpose(0, 1), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "t", m => m.t(), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "expand", m => m.unsqueeze(0).expand(2, 2, 3), [2, 2, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5] },
        { "repeat", m => m.repeat(1, 2), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5] },
        { "repeat_interleave", m => m.repeat_interleave(2, 0), [4, 3], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5] },
        { "narrow", m => m.narrow(1, 1, 2), [2, 2], [1, 2, 4, 5] },
        { "select", m => m.select(1, 2), [2], [2, 5] },
        { "indexer", m => m[1], [3], [3, 4, 5] },
        { "slice with a step", m => m.slice(1, 0, 3, 2), [2, 2], [0, 2, 3, 5] },
        { "unsqueeze", m => m.unsqueeze(1), [2, 1, 3], [0, 1, 2, 3, 4, 5] },
        { "squeeze", m => m.unsqueeze(0).squeeze(0), [2, 3], [0, 1, 2, 3, 4, 5] },
        { "flatten", m => m.unsqueeze(0).flatten(0, 1), [2, 3], [0, 1, 2, 3, 4, 5] },
        { "contiguous of a transpose", m => m.t().contiguous(), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "index_select", m => m.index_select(1, torch.tensor([2L, 0])), [2, 2], [2, 0, 5, 3] },
        { "gather", m => m.gather(1, torch.tensor([2L, 0], 2, 1)), [2, 1], [2, 3] },
        { "cat", m => torch.cat([m, m], 1), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5] },
        { "stack", m => torch.stack([m[0], m[1]], 1), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "triu", m => torch.triu(m, 1), [2, 3], [0, 1, 2, 0, 0, 5] },
        { "to int64", m => m.to(torch.int64), [2, 3], [0, 1, 2, 3, 4, 5] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_view_has_the_shape_and_elements_written_down(string name, Func<Tensor, Tensor> view, long[] shape, double[] expected)
    {
        using var scope = torch.NewDisposeScope();
        Assert.NotEmpty(name);
        Expect.Values(view(Matrix()), shape, expected, 0);
    }

    [Fact]
    public void A_view_shares_memory_and_a_clone_does_not()
    {
        using var scope = torch.NewDisposeScope();
        var matrix = Matrix();
        var (view, clone) = (matrix.t(), matrix.clone());
        matrix.fill_(9);
        Expect.Values(view, [3, 2], [9, 9, 9, 9, 9, 9]);
        Expect.Values(clone, [2, 3], [0, 1, 2, 3, 4, 5]);
        Assert.False(view.is_contiguous);
        Assert.Equal([1L, 3], view.stride());
        Assert.Equal([3L, 1], matrix.stride());
    }

    [Fact]
    public void Chunk_and_split_return_lists()
    {
        using var scope = torch.NewDisposeScope();
        var chunks = Matrix().chunk(2, 1);
        Assert.Equal(2, chunks.Length);
        Expect.Values(chunks[0], [2, 2], [0, 1, 3, 4]);
        Expect.Values(chunks[1], [2, 1], [2, 5]);
        var rows = Matrix().split(1, 0);
        Assert.Equal(2, rows.Length);
        Expect.Values(rows[1], [1, 3], [3, 4, 5]);
        var uneven = Matrix().split([1, 2], 1);
        Expect.Values(uneven[0], [2, 1], [0, 3]);
        Expect.Values(uneven[1], [2, 2], [1, 2, 4, 5]);
    }

    [Fact]
    public void Sizes_and_dimensions_are_read_from_both_ends()
    {
        using var scope = torch.NewDisposeScope();
        var matrix = Matrix();
        Assert.Equal((2, 6L, 2L, 3L), (matrix.ndim, matrix.numel, matrix.size(0), matrix.size(-1)));
        Assert.Equal("Float32[2, 3]", matrix.ToString());
        Assert.Equal(Device.Cpu.Type, matrix.device.Type);
    }

    [Fact]
    public void An_effect_that_changes_the_shape_is_seen()
    {
        using var scope = torch.NewDisposeScope();
        var matrix = Matrix();
        Assert.Equal([2L, 3], matrix.shape);
        new Op("aten::t_").Run(matrix);
        Assert.Equal([3L, 2], matrix.shape);
    }

    [Fact]
    public void Shapes_of_more_than_eight_dimensions_pass_through()
    {
        using var scope = torch.NewDisposeScope();
        var many = torch.arange(0, 6).reshape(1, 1, 1, 1, 2, 1, 1, 1, 1, 3);
        Assert.Equal(10, many.ndim);
        var turned = many.permute(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        Expect.Values(turned, [3, 1, 1, 1, 1, 2, 1, 1, 1, 1], [0, 3, 1, 4, 2, 5]);
    }
}
