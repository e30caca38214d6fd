using System.Text;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

internal static class TorchError
{
    /// <summary>Throws for a native error code, naming the operator and what it was given.</summary>
    internal static void Check(int error, Op op, ReadOnlySpan<Arg> args)
    {
        if (error == 0) return;
        // Read first: describing the arguments calls LibTorch again.
        var words = Native.LastError;
        throw new TorchException((TorchErrorKind)error, $"{op.Name}({Describe(args)}): {words}");
    }

    internal static void Check(int error, string what)
    {
        if (error != 0) throw new TorchException((TorchErrorKind)error, $"{what}: {Native.LastError}");
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
                ValueTag.IntList => $"[{string.Join(", ", (arg.Reference as long[] ?? ((ReadOnlySpan<long>)arg.Ints)[..arg.Length].ToArray()))}]",
                ValueTag.TensorList => $"[{string.Join(", ", ((Tensor[])arg.Reference!).Select(t => t.Description))}]",
                _ => arg.Tag.ToString(),
            });
        }
        return text.ToString();
    }
}
