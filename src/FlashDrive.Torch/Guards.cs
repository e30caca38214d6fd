using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>Restores the thread's gradient mode when disposed, on the thread that made it.</summary>
public readonly struct GradGuard : IDisposable
{
    private readonly bool _before;
    private readonly int _thread;

    internal GradGuard(bool enabled)
    {
        _before = torch.is_grad_enabled();
        _thread = Environment.CurrentManagedThreadId;
        Native.fd_set_grad_enabled(enabled ? 1 : 0);
    }

    public void Dispose()
    {
        if (_thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("a gradient-mode guard must end on the thread that made it");
        Native.fd_set_grad_enabled(_before ? 1 : 0);
    }
}

/// <summary>Leaves inference mode when disposed: on the thread that entered it, after every guard made inside it.</summary>
public sealed unsafe class InferenceGuard : IDisposable
{
    [ThreadStatic] private static InferenceGuard? _current;

    private readonly InferenceGuard? _outer;
    private nint _guard;

    internal InferenceGuard()
    {
        nint guard = 0;
        TorchError.Check(Native.fd_inference_enter(&guard), "inference_mode");
        _guard = guard;
        _outer = _current;
        _current = this;
    }

    public void Dispose()
    {
        if (_guard == 0) return;
        if (_current != this)
            throw new InvalidOperationException("inference mode must end on the thread that entered it, after every guard made inside it");
        _current = _outer;
        Native.fd_inference_leave(_guard);
        _guard = 0;
    }
}
