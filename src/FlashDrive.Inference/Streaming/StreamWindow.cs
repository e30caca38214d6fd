using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Streaming;

/// <summary>
/// The last F ticks of one stream as prefill knows them: each tick's encoded frame, or, for a tick that never came, the one before it.
/// Changes only by <see cref="Commit"/>, so a prefill that throws leaves it as it was.
/// </summary>
/// <param name="frames">Ticks of a window (F of the design).</param>
public sealed class StreamWindow(int frames) : IDisposable
{
    private WindowSlot[] _slots = [];
    private KvLease? _table;
    private bool _cold = true;

    /// <summary>One tick of a window.</summary>
    /// <param name="Source">The frame it shows.</param>
    /// <param name="Hole">It shows the tick before it because its own never came.</param>
    public readonly record struct WindowSlot(long FrameId, EncodedFrame Source, bool Hole)
    {
        public bool IsPatched => Hole || Source.Facts.Patched;
    }

    /// <summary>A window that would be, not committed yet.</summary>
    /// <param name="Slots">Oldest first; fewer than F while the first ticks are collected.</param>
    public sealed record Proposal(WindowSlot[] Slots, WindowFacts Facts, bool IsWhole);

    public int Epoch { get; private set; } = -1;

    /// <summary>The lease on the last window's blocks; null before the first window of an epoch.</summary>
    internal KvLease? Table => _table;

    /// <summary>Windows since all of one was computed, that one included; 0 before the first.</summary>
    public int Age { get; private set; }

    /// <summary>Ticks held, at most F.</summary>
    public int Count => _slots.Length;

    /// <summary>The window with the waiting frames moved in.</summary>
    /// <param name="waiting">Frames of one epoch in order, at least one; they stay the caller's.</param>
    public Proposal Propose(IReadOnlyList<EncodedFrame> waiting)
    {
        var epoch = waiting[0].Facts.Epoch;
        var kept = epoch == Epoch ? _slots : [];
        var slots = new List<WindowSlot>(frames + waiting.Count);
        slots.AddRange(kept);
        var inserted = 0;
        foreach (var frame in waiting)
        {
            var id = frame.Facts.FrameId;
            if (slots.Count > 0)
            {
                var last = slots[^1];
                if (id <= last.FrameId || frame.Facts.Epoch != epoch)
                    throw new InvalidOperationException($"frame {id} of epoch {frame.Facts.Epoch} cannot follow frame {last.FrameId} of epoch {epoch}");
                // Of a long gap only what still lies in the window is filled.
                for (var hole = Math.Max(last.FrameId + 1, id - frames); hole < id; hole++) slots.Add(new(hole, last.Source, Hole: true));
                inserted += (int)Math.Min(id - last.FrameId - 1, frames);
            }
            slots.Add(new(id, frame, Hole: false));
            inserted++;
        }
        if (slots.Count > frames) slots.RemoveRange(0, slots.Count - frames);
        var (holes, patched) = (0, false);
        foreach (var slot in slots) (holes, patched) = (holes + (slot.Hole ? 1 : 0), patched || slot.IsPatched);
        var newest = waiting[^1].Facts;
        var cold = epoch != Epoch || _cold ? newest.EpochReason : null;
        return new([.. slots], new(newest, Math.Min(inserted, frames), holes, patched, cold), slots.Count == frames);
    }

    /// <summary>Makes the proposal the window. Takes over the waiting frames; those that no slot shows any more are disposed.</summary>
    /// <param name="table">A lease on the window's blocks, kept until the next one; null while the first ticks are collected.</param>
    /// <param name="whole">None of its blocks are an earlier window's.</param>
    public void Commit(Proposal proposal, IReadOnlyList<EncodedFrame> waiting, KvLease? table, bool whole = true)
    {
        var before = _slots;
        _slots = proposal.Slots;
        Epoch = proposal.Facts.Newest.Epoch;
        _cold = table is null;
        Age = table is null ? 0 : whole ? 1 : Age + 1;
        _table?.Dispose();
        _table = table;
        foreach (var slot in before) DisposeUnlessShown(slot.Source);
        foreach (var frame in waiting) DisposeUnlessShown(frame);
    }

    public void Dispose()
    {
        foreach (var slot in _slots) slot.Source.Dispose();
        _slots = [];
        ReleaseTable();
    }

    /// <summary>Gives the window's blocks back; the next window is written anew.</summary>
    public void ReleaseTable()
    {
        _table?.Dispose();
        (_table, Age) = (null, 0);
    }

    private void DisposeUnlessShown(EncodedFrame frame)
    {
        foreach (var slot in _slots)
            if (ReferenceEquals(slot.Source, frame)) return;
        frame.Dispose();
    }
}
