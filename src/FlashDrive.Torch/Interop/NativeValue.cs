using System.Runtime.InteropServices;

namespace FlashDrive.Torch.Interop;

internal enum ValueTag
{
    None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, IntList = 5, DoubleList = 6, BoolList = 7,
    TensorList = 8, OptionalTensorList = 9, String = 10, Device = 11, Default = 12,
}

/// <summary>Mirrors <c>fd::Value</c> of native/shim.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public ValueTag Tag;
    public int Auxiliary;
    public long Length;
    public long Payload;

    public double Number
    {
        readonly get => BitConverter.Int64BitsToDouble(Payload);
        set => Payload = BitConverter.DoubleToInt64Bits(value);
    }
}
