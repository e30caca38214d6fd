namespace FlashDrive.Torch;

/// <summary>
/// Owns every tensor made on this thread while it is the innermost scope, and frees those still owned when it is disposed.
/// Name and use follow TorchSharp: <c>using var scope = torch.NewDisposeScope(); … return result.MoveToOuterDisposeScope();</c>
/// A scope belongs to the thread that opened it and closes in reverse order of opening; closing it twice does nothing.
/// A tensor it freed must not be touched again (see <see cref="TensorRecycling"/>).
/// </summary>
public readonly struct DisposeScope : IDisposable
{
    private readonly ScopeFrame _frame;
    private readonly long _opening;

    internal DisposeScope(ScopeFrame frame) => (_frame, _opening) = (frame, frame.Opening);

    /// <exception cref="InvalidOperationException">The scope was closed.</exception>
    internal ScopeFrame Frame => IsOpen ? _frame : throw new InvalidOperationException("the dispose scope is closed");

    private bool IsOpen => _frame is not null && _frame.Opening == _opening;

    /// <exception cref="InvalidOperationException">Another scope that was opened inside it is open, or another thread opened it.</exception>
    public void Dispose()
    {
        if (IsOpen) _frame.Close();
    }
}
