using System.Runtime.CompilerServices;
using System.Text;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

internal static class TorchError
{
    /// <summary>Throws for a native error code, naming the operator and what it was given.</summary>
    internal static void Check(int error, Op op, ReadOnlySpan<Arg> args)
    {
        if (error != 0) Throw(error, op, args);
        KeepAlive(args);
    }

    internal static void Check(int error, string what)
    {
        if (error != 0) throw new TorchException((TorchErrorKind)error, $"{what}: {Native.LastError}");
    }

    /// <summary>Throws for a native error code of something done to one tensor, which stays alive until here.</summary>
    internal static void Check(int error, string what, Tensor tensor)
    {
        if (error != 0)
        {
            var words = Native.LastError;
            throw new TorchException((TorchErrorKind)error, $"{what} of {tensor.Description}: {words}");
        }
        GC.KeepAlive(tensor);
    }

    private static void Throw(int error, Op op, ReadOnlySpan<Arg> args)
    {
        // Read first: describing the arguments calls LibTorch again.
        var words = Native.LastError;
        throw new TorchException((TorchErrorKind)error, $"{op.Name}({Describe(args)}): {words}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void KeepAlive(ReadOnlySpan<Arg> args)
    {
    }

    private static string Describe(ReadOnlySpan<Arg> args)
    {
        var text = new StringBuilder();
        foreach (ref readonly var arg in args)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(arg.Tag switch
            {
                ValueTag.Tensor => ((Tensor)arg.Reference!).Description,
                ValueTag.Int or ValueTag.Bool => arg.Payload.ToString(),
                ValueTag.Double => BitConverter.Int64BitsToDouble(arg.Payload).ToString("R"),
                ValueTag.String => $"'{arg.Reference}'",
                ValueTag.IntList => $"[{string.Join(", ", arg.Reference as long[] ?? ((ReadOnlySpan<long>)arg.Ints)[..arg.Length].ToArray())}]",
                ValueTag.TensorList or ValueTag.OptionalTensorList => DescribeList((Tensor?[])arg.Reference!),
                _ => arg.Tag.ToString(),
            });
        }
        return text.ToString();
    }

    /// <summary>Lists of a whole model's parameters are cut: the message is read by people.</summary>
    private static string DescribeList(Tensor?[] tensors)
    {
        const int shown = 8;
        var text = string.Join(", ", tensors.Take(shown).Select(t => t?.Description ?? "None"));
        return tensors.Length <= shown ? $"[{text}]" : $"[{text}, … {tensors.Length} tensors]";
    }
}
