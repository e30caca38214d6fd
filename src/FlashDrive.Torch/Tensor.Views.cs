namespace FlashDrive.Torch;

public sealed partial class Tensor
{
    private static readonly Op ReshapeOp = new("aten::reshape"), ViewOp = new("aten::view"), PermuteOp = new("aten::permute");
    private static readonly Op TransposeOp = new("aten::transpose", "int"), TOp = new("aten::t"), ExpandOp = new("aten::expand"), RepeatOp = new("aten::repeat");
    private static readonly Op NarrowOp = new("aten::narrow"), SelectOp = new("aten::select", "int"), SliceOp = new("aten::slice", "Tensor");
    private static readonly Op UnsqueezeOp = new("aten::unsqueeze"), SqueezeOp = new("aten::squeeze", "dim"), FlattenOp = new("aten::flatten", "using_ints");
    private static readonly Op ContiguousOp = new("aten::contiguous"), CloneOp = new("aten::clone"), DetachOp = new("aten::detach");
    private static readonly Op ToDtypeOp = new("aten::to", "dtype"), ToDeviceOp = new("aten::to", "device");
    private static readonly Op IndexSelectOp = new("aten::index_select"), GatherOp = new("aten::gather"), ChunkOp = new("aten::chunk"), SplitOp = new("aten::split", "Tensor");
    private static readonly Op SplitSizesOp = new("aten::split_with_sizes");
    private static readonly Op CopyIn = new("aten::copy_"), ZeroIn = new("aten::zero_"), FillIn = new("aten::fill_", "Scalar"), IndexCopyIn = new("aten::index_copy_");
    private static readonly Op IndexCopyOp = new("aten::index_copy");
    private static readonly Op IndexAddOp = new("aten::index_add"), RepeatInterleaveOp = new("aten::repeat_interleave", "self_int");

    public Tensor reshape(params ReadOnlySpan<long> shape) => ReshapeOp.Call(this, shape);

    public Tensor view(params ReadOnlySpan<long> shape) => ViewOp.Call(this, shape);

    public Tensor permute(params ReadOnlySpan<long> dims) => PermuteOp.Call(this, dims);

    public Tensor transpose(long a, long b) => TransposeOp.Call(this, a, b);

    public Tensor t() => TOp.Call(this);

    public Tensor expand(params ReadOnlySpan<long> shape) => ExpandOp.Call(this, shape);

    public Tensor repeat(params ReadOnlySpan<long> times) => RepeatOp.Call(this, times);

    public Tensor repeat_interleave(long times, long dim) => RepeatInterleaveOp.Call(this, times, dim);

    public Tensor narrow(long dim, long start, long length) => NarrowOp.Call(this, dim, start, length);

    public Tensor select(long dim, long index) => SelectOp.Call(this, dim, index);

    public Tensor slice(long dim, long start, long end, long step = 1) => SliceOp.Call(this, dim, start, end, step);

    public Tensor this[long index] => select(0, index);

    public Tensor unsqueeze(long dim) => UnsqueezeOp.Call(this, dim);

    public Tensor squeeze(long dim) => SqueezeOp.Call(this, dim);

    public Tensor flatten(long start = 0, long end = -1) => FlattenOp.Call(this, start, end);

    public Tensor contiguous() => ContiguousOp.Call(this);

    public Tensor clone() => CloneOp.Call(this);

    /// <summary>The same memory outside the gradient graph.</summary>
    public Tensor detach() => DetachOp.Call(this);

    public Tensor to(ScalarType dtype) => ToDtypeOp.Call(this, dtype);

    public Tensor to(Device device) => ToDeviceOp.Call(this, device, dtype);

    public Tensor cpu() => to(Device.Cpu);

    public Tensor index_select(long dim, Tensor index) => IndexSelectOp.Call(this, dim, index);

    public Tensor gather(long dim, Tensor index) => GatherOp.Call(this, dim, index);

    public Tensor[] chunk(long chunks, long dim) => ChunkOp.CallMany(this, chunks, dim);

    public Tensor[] split(long size, long dim) => SplitOp.CallMany(this, size, dim);

    public Tensor[] split(ReadOnlySpan<long> sizes, long dim) => SplitSizesOp.CallMany(this, sizes, dim);

    public Tensor copy_(Tensor source) => InPlace(CopyIn, source);

    public Tensor zero_()
    {
        ZeroIn.Run(this);
        return this;
    }

    public Tensor fill_(double value) => InPlace(FillIn, value);

    /// <summary>Writes rows of source to the given int64 places along dim.</summary>
    public Tensor index_copy_(long dim, Tensor index, Tensor source)
    {
        IndexCopyIn.Run(this, dim, index, source);
        return this;
    }

    /// <summary>A copy with rows of source at the given int64 places along dim; differentiable.</summary>
    public Tensor index_copy(long dim, Tensor index, Tensor source) => IndexCopyOp.Call(this, dim, index, source);

    /// <summary>Adds rows of source at the given int64 places along dim; differentiable.</summary>
    public Tensor index_add(long dim, Tensor index, Tensor source) => IndexAddOp.Call(this, dim, index, source);
}
