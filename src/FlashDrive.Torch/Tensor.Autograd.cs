using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

public sealed unsafe partial class Tensor
{
    /// <summary>Accumulates d(this)/d(leaf) into the grad of every leaf that requires one; a non-scalar needs a seed of its shape.</summary>
    public void backward(Tensor? gradient = null)
    {
        TorchError.Check(Native.fd_backward(Handle, gradient?.Handle ?? 0), "backward", this);
        GC.KeepAlive(gradient);
    }

    /// <summary>The accumulated gradient, or null. Each read makes a handle of its own.</summary>
    public Tensor? grad
    {
        get
        {
            nint handle = 0;
            TorchError.Check(Native.fd_grad_of(Handle, &handle), "grad", this);
            return handle == 0 ? null : Tensor.Adopt(handle);
        }

        set
        {
            TorchError.Check(Native.fd_set_grad_of(Handle, value?.Handle ?? 0), "grad", this);
            GC.KeepAlive(value);
        }
    }

    public Tensor requires_grad_(bool value = true)
    {
        requires_grad = value;
        return this;
    }

    /// <summary>Another handle on the same tensor, with an owner of its own.</summary>
    public Tensor alias()
    {
        nint handle = 0;
        TorchError.Check(Native.fd_alias(Handle, &handle), "alias", this);
        return Tensor.Adopt(handle);
    }
}
