using System.Runtime.CompilerServices;

namespace FlashDrive.Torch;

/// <summary>What one thread keeps for its tensors: the innermost scope, closed scopes for reuse, and freed tensor objects in quarantine.</summary>
internal sealed class ThreadTensors
{
    // Twice the quarantine: scopes that free many tensors at once still find room, and no thread keeps more objects than this.
    private const int MostObjects = 2 * TensorRecycling.Quarantine;
    private const int MostFrames = 32;

    [ThreadStatic] private static ThreadTensors? _mine;

    private readonly Stack<ScopeFrame> _closed = new();
    private Tensor?[] _line = new Tensor?[64];
    private int _oldest, _waiting;

    internal static ThreadTensors Mine => _mine ?? Make();

    internal ScopeFrame? Current { get; set; }

    internal ScopeFrame OpenScope()
    {
        var frame = _closed.TryPop(out var spare) ? spare : new ScopeFrame();
        frame.Outer = Current;
        return Current = frame;
    }

    internal void Keep(ScopeFrame closed)
    {
        if (_closed.Count < MostFrames) _closed.Push(closed);
    }

    /// <summary>A tensor object that has waited long enough, or null.</summary>
    internal Tensor? TakeShell()
    {
        if (_waiting <= TensorRecycling.Quarantine || !TensorRecycling.Enabled) return null;
        var shell = _line[_oldest];
        _line[_oldest] = null;
        _oldest = (_oldest + 1) & (_line.Length - 1);
        _waiting--;
        return shell;
    }

    /// <summary>Puts a freed tensor object in line; when the line is full it is left to the collector.</summary>
    internal void Wait(Tensor shell)
    {
        if (_waiting == _line.Length && !Lengthen()) return;
        _line[(_oldest + _waiting++) & (_line.Length - 1)] = shell;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadTensors Make() => _mine = new();

    private bool Lengthen()
    {
        if (_line.Length >= MostObjects) return false;
        var longer = new Tensor?[2 * _line.Length];
        for (var i = 0; i < _waiting; i++) longer[i] = _line[(_oldest + i) & (_line.Length - 1)];
        (_line, _oldest) = (longer, 0);
        return true;
    }
}
