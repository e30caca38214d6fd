using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>A LibTorch random generator with its own state; the same seed gives the same numbers on one LibTorch version.</summary>
public sealed unsafe class Generator : IDisposable
{
    private nint _handle;

    public Generator(ulong seed)
    {
        nint handle = 0;
        TorchError.Check(Native.fd_generator_new(seed, &handle), "Generator");
        _handle = handle;
    }

    ~Generator() => Native.fd_generator_free(_handle);

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator), "the generator was disposed");

    /// <summary>Standard normal numbers of the given shape.</summary>
    public Tensor randn(params ReadOnlySpan<long> shape)
    {
        var tensor = torch.empty(shape);
        TorchError.Check(Native.fd_fill_normal(tensor.Handle, Handle), "randn", tensor);
        GC.KeepAlive(this);
        return tensor;
    }

    /// <summary>Uniform numbers in [0, 1) of the given shape.</summary>
    public Tensor rand(params ReadOnlySpan<long> shape)
    {
        var tensor = torch.empty(shape);
        TorchError.Check(Native.fd_fill_uniform(tensor.Handle, Handle), "rand", tensor);
        GC.KeepAlive(this);
        return tensor;
    }

    public void Dispose()
    {
        Native.fd_generator_free(Interlocked.Exchange(ref _handle, 0));
        GC.SuppressFinalize(this);
    }
}
