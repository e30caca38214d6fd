using System.Runtime.InteropServices;
using System.Text;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// One operator of LibTorch's dispatcher, looked up at first use and kept for the process. Any operator of the found LibTorch
/// can be reached: <c>new Op("aten::add", "Tensor").Call(a, b)</c>. Missing trailing arguments take the schema's defaults.
/// </summary>
public sealed unsafe class Op(string name, string overload = "")
{
    private const int StackWords = 64;
    private const int MaxResults = 8;
    private nint _handle;

    public string Name => overload.Length == 0 ? name : $"{name}.{overload}";

    /// <summary>Whether the found LibTorch has the operator; the sets of 1.13 and 2.x differ.</summary>
    public bool Exists => Find() != 0;

    /// <summary>The operator's schema as LibTorch prints it.</summary>
    public string Schema
    {
        get
        {
            var buffer = stackalloc byte[2048];
            TorchError.Check(Native.fd_schema(Handle, buffer, 2048), this, default);
            return Marshal.PtrToStringUTF8((nint)buffer)!;
        }
    }

    private nint Handle => Find() is var found and not 0
        ? found
        : throw new TorchException(TorchErrorKind.MissingOperator, $"LibTorch {torch.version} has no operator {Name}");

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Arg> args)
    {
        NativeValue result = default;
        Invoke(args, &result, 1);
        if (result.Tag != ValueTag.Tensor)
            throw new TorchException(TorchErrorKind.Type, $"{Name} returned {result.Tag}, not a tensor");
        return new Tensor((nint)result.Payload);
    }

    /// <summary>Calls an operator for its effect (in-place and out variants); tensors it returns are aliases and are dropped.</summary>
    public void Run(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(args, results, MaxResults);
        for (var i = 0; i < count; i++)
            foreach (var handle in Handles(results[i]))
                Native.fd_free(handle);
    }

    /// <summary>Calls an operator with several tensor results, or with one list of tensors.</summary>
    public Tensor[] CallMany(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(args, results, MaxResults);
        var tensors = new List<Tensor>(count);
        for (var i = 0; i < count; i++)
            foreach (var handle in Handles(results[i]))
                tensors.Add(new Tensor(handle));
        return [.. tensors];
    }

    /// <summary>Calls an operator that returns a number or truth value.</summary>
    public double CallScalar(params ReadOnlySpan<Arg> args)
    {
        NativeValue result = default;
        Invoke(args, &result, 1);
        return result.Tag switch
        {
            ValueTag.Double => result.Number,
            ValueTag.Int or ValueTag.Bool => result.Payload,
            _ => throw new TorchException(TorchErrorKind.Type, $"{Name} returned {result.Tag}, not a number"),
        };
    }

    private int Invoke(ReadOnlySpan<Arg> args, NativeValue* results, int capacity)
    {
        var handle = Handle;
        var words = 0;
        foreach (ref readonly var arg in args) words += arg.ScratchWords;
        // Pinned when it does not fit the stack: native code reads it through raw pointers.
        var scratch = words <= StackWords ? stackalloc long[StackWords] : GC.AllocateUninitializedArray<long>(words, pinned: true);
        var values = stackalloc NativeValue[args.Length];
        var used = 0;
        for (var i = 0; i < args.Length; i++)
        {
            var place = scratch.Slice(used, args[i].ScratchWords);
            values[i] = ToNative(in args[i], place);
            used += place.Length;
        }
        var produced = 0;
        var error = Native.fd_call(handle, values, args.Length, results, capacity, &produced);
        if (error != 0) TorchError.Check(error, this, args);
        return produced;
    }

    private static NativeValue ToNative(in Arg arg, Span<long> place)
    {
        var value = new NativeValue { Tag = arg.Tag, Payload = arg.Payload, Length = arg.Length };
        switch (arg.Tag)
        {
            case ValueTag.Tensor:
                value.Payload = ((Tensor)arg.Reference!).Handle;
                return value;
            case ValueTag.Device:
                value.Auxiliary = arg.Length;
                return value;
            case ValueTag.IntList:
                if (arg.Reference is long[] longs) longs.CopyTo(place);
                else ((ReadOnlySpan<long>)arg.Ints)[..arg.Length].CopyTo(place);
                break;
            case ValueTag.DoubleList:
                MemoryMarshal.Cast<double, long>((double[])arg.Reference!).CopyTo(place);
                break;
            case ValueTag.BoolList:
                var bools = (bool[])arg.Reference!;
                for (var i = 0; i < bools.Length; i++) place[i] = bools[i] ? 1 : 0;
                break;
            case ValueTag.TensorList or ValueTag.OptionalTensorList:
                var tensors = (Tensor?[])arg.Reference!;
                for (var i = 0; i < tensors.Length; i++) place[i] = tensors[i]?.Handle ?? 0;
                break;
            case ValueTag.String:
                value.Length = Encoding.UTF8.GetBytes((string)arg.Reference!, MemoryMarshal.AsBytes(place));
                break;
            default:
                return value;
        }
        value.Payload = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(place));
        return value;
    }

    private static nint[] Handles(NativeValue value)
    {
        if (value.Tag == ValueTag.Tensor) return [(nint)value.Payload];
        if (value.Tag != ValueTag.TensorList) return [];
        var handles = new ReadOnlySpan<nint>((void*)value.Payload, (int)value.Length).ToArray();
        Native.fd_free_list((nint)value.Payload);
        return handles;
    }

    private nint Find()
    {
        if (_handle != 0) return _handle;
        nint found = 0;
        TorchError.Check(Native.fd_find(name, overload, &found), this, default);
        return _handle = found;
    }
}
