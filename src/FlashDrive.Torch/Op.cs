using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// One operator of LibTorch's dispatcher, looked up at first use and kept for the process. Any operator of the found LibTorch
/// can be reached: <c>new Op("aten::add", "Tensor").Call(a, b)</c>. Missing trailing arguments take the schema's defaults.
/// </summary>
[SkipLocalsInit]
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
        : throw new TorchException(TorchErrorKind.MissingOperator, name.StartsWith("flashdrive::", StringComparison.Ordinal)
            ? $"the native library has no operator {Name}: it was built from other sources. Rebuild it: ./flashdrive doctor"
            : $"LibTorch {torch.version} has no operator {Name}");

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        var count = Invoke(args, &result, 1);
        if (count == 1 && result.Tag == ValueTag.Tensor) return Tensor.Adopt((nint)result.Payload);
        throw Unexpected(&result, count, "a tensor");
    }

    /// <summary>
    /// Calls an operator for its effect (in-place and out variants); tensors it returns are aliases and are dropped. Argument
    /// tensors read their shape anew afterwards, since an effect may be a resize.
    /// </summary>
    public void Run(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(args, results, MaxResults);
        for (var i = 0; i < count; i++) Native.fd_free_result(results + i);
        foreach (ref readonly var arg in args)
            if (arg.Reference is Tensor tensor) tensor.ForgetShape();
    }

    /// <summary>Calls an operator with several tensor results, or with one list of tensors.</summary>
    public Tensor[] CallMany(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(args, results, MaxResults);
        var total = 0;
        for (var i = 0; i < count; i++) total += TensorCount(results[i]);
        var tensors = new Tensor[total];
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            if (results[i].Tag == ValueTag.Tensor) tensors[next++] = Tensor.Adopt((nint)results[i].Payload);
            if (results[i].Tag != ValueTag.TensorList) continue;
            foreach (var handle in new ReadOnlySpan<nint>((void*)results[i].Payload, (int)results[i].Length)) tensors[next++] = Tensor.Adopt(handle);
            Native.fd_free_list((nint)results[i].Payload);
        }
        return tensors;
    }

    /// <summary>Calls an operator that returns four tensors.</summary>
    public (Tensor First, Tensor Second, Tensor Third, Tensor Fourth) CallFour(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(args, results, MaxResults);
        var tensors = 0;
        for (var i = 0; i < count; i++) tensors += results[i].Tag == ValueTag.Tensor ? 1 : 0;
        if (count == 4 && tensors == 4)
            return (Adopt(results[0]), Adopt(results[1]), Adopt(results[2]), Adopt(results[3]));
        for (var i = 1; i < count; i++) Native.fd_free_result(results + i);
        throw Unexpected(results, Math.Min(count, 1), "four tensors");

        static Tensor Adopt(in NativeValue value) => Tensor.Adopt((nint)value.Payload);
    }

    /// <summary>Calls an operator that returns a number or truth value.</summary>
    public double CallScalar(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        var count = Invoke(args, &result, 1);
        return (count == 1 ? result.Tag : ValueTag.None) switch
        {
            ValueTag.Double => result.Number,
            ValueTag.Int or ValueTag.Bool => result.Payload,
            _ => throw Unexpected(&result, count, "a number"),
        };
    }

    private static int TensorCount(in NativeValue value) =>
        value.Tag == ValueTag.Tensor ? 1 : value.Tag == ValueTag.TensorList ? (int)value.Length : 0;

    private TorchException Unexpected(NativeValue* result, int count, string wanted)
    {
        var got = count == 0 ? "nothing" : result->Tag.ToString();
        if (count > 0) Native.fd_free_result(result);
        return new TorchException(TorchErrorKind.Type, $"{Name} returned {got}, not {wanted}");
    }

    /// <remarks>
    /// <paramref name="args"/> is read again after the native call (on the error path), which keeps its tensors from being
    /// finalised while LibTorch works on them.
    /// </remarks>
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
        TorchError.Check(error, this, args);
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
        value.Payload = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(place));
        return value;
    }

    private nint Find()
    {
        if (_handle != 0) return _handle;
        nint found = 0;
        TorchError.Check(Native.fd_find(name, overload, &found), this, default);
        return _handle = found;
    }
}
