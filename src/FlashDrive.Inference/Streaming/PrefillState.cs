using FlashDrive.Inference.Kv;

namespace FlashDrive.Inference.Streaming;

/// <summary>What prefill keeps of one stream: its window and the pools its windows live in.</summary>
/// <param name="frames">Ticks of a window (F of the design).</param>
public sealed class PrefillState(int frames) : IDisposable
{
    private readonly List<WindowMemory> _retired = [];

    public StreamWindow Window { get; } = new(frames);

    /// <summary>The pools of the present shape; null before the first window.</summary>
    public WindowMemory? Memory { get; private set; }

    /// <summary>Blocks and views lent at the moment, over all shapes.</summary>
    public int Lent => (Memory?.Lent ?? 0) + _retired.Sum(m => m.Lent);

    /// <summary>Takes pools of another shape; the old ones end when their last session does. At most S sessions hold old pools.</summary>
    public void Replace(WindowMemory memory)
    {
        Window.ReleaseTable();
        if (Memory is not null) _retired.Add(Memory);
        Memory = memory;
        Sweep();
    }

    /// <summary>Frees retired pools whose sessions have all ended.</summary>
    public void Sweep()
    {
        for (var i = _retired.Count - 1; i >= 0; i--)
        {
            if (_retired[i].Lent > 0) continue;
            _retired[i].Dispose();
            _retired.RemoveAt(i);
        }
    }

    /// <summary>Every session of the stream must have ended.</summary>
    public void Dispose()
    {
        Window.Dispose();
        Sweep();
        foreach (var memory in _retired) memory.Dispose();
        Memory?.Dispose();
        (Memory, _) = (null, 0);
    }
}
