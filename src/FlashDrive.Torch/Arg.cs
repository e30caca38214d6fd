using System.Runtime.CompilerServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// One argument of an operator call. Integer lists of up to eight entries are held in the value itself, so that a call with a
/// shape allocates nothing.
/// </summary>
public readonly struct Arg
{
    internal readonly ValueTag Tag;
    internal readonly int Length;
    internal readonly long Payload;
    internal readonly InlineInts Ints;
    internal readonly object? Reference;

    private Arg(ValueTag tag, long payload = 0, int length = 0, object? reference = null)
    {
        (Tag, Payload, Length, Reference) = (tag, payload, length, reference);
    }

    private Arg(ReadOnlySpan<long> list)
    {
        Tag = ValueTag.IntList;
        Length = list.Length;
        if (list.Length <= InlineInts.Capacity) list.CopyTo(Ints);
        else Reference = list.ToArray();
    }

    /// <summary>An optional argument left out.</summary>
    public static readonly Arg None = new(ValueTag.None);

    /// <summary>The schema's own default.</summary>
    public static readonly Arg Default = new(ValueTag.Default);

    public static implicit operator Arg(Tensor? tensor) => tensor is null ? None : new(ValueTag.Tensor, reference: tensor);

    public static implicit operator Arg(long value) => new(ValueTag.Int, value);

    public static implicit operator Arg(int value) => new(ValueTag.Int, value);

    public static implicit operator Arg(double value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Arg(bool value) => new(ValueTag.Bool, value ? 1 : 0);

    public static implicit operator Arg(ScalarType value) => new(ValueTag.Int, (long)value);

    public static implicit operator Arg(Device value) => new(ValueTag.Device, value.Index, (int)value.Type);

    public static implicit operator Arg(string value) => new(ValueTag.String, reference: value);

    public static implicit operator Arg(long[] list) => new(list.AsSpan());

    public static implicit operator Arg(ReadOnlySpan<long> list) => new(list);

    public static implicit operator Arg(Tensor[] list) => new(ValueTag.TensorList, length: list.Length, reference: list);

    public static Arg Doubles(double[] list) => new(ValueTag.DoubleList, length: list.Length, reference: list);

    public static Arg Bools(bool[] list) => new(ValueTag.BoolList, length: list.Length, reference: list);

    public static Arg OptionalTensors(Tensor?[] list) => new(ValueTag.OptionalTensorList, length: list.Length, reference: list);

    /// <summary>Words of native scratch the argument's list or text needs.</summary>
    internal int ScratchWords => Tag switch
    {
        ValueTag.IntList or ValueTag.DoubleList or ValueTag.BoolList or ValueTag.TensorList or ValueTag.OptionalTensorList => Length,
        ValueTag.String => (System.Text.Encoding.UTF8.GetByteCount((string)Reference!) + 7) / 8,
        _ => 0,
    };

    [InlineArray(Capacity)]
    internal struct InlineInts
    {
        internal const int Capacity = 8;
        private long _first;
    }
}
