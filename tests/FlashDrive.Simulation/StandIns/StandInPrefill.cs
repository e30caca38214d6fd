using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Simulation.StandIns;

/// <summary>
/// The real window, pools, blocks, table, lease and view, sized by the real sum for a one-layer model. The last hidden state is a
/// fingerprint of all that the window's blocks hold: those of an earlier window's table are shared when the engine streams.
/// </summary>
public sealed class StandInPrefill(StandInOptions options) : IPrefill
{
    private static readonly KvGeometry Geometry = new(Layers: 1, KvHeads: 1, HeadDim: 2, ScalarType.Float32);

    private readonly List<(KvBlock Block, WindowPart Part)> _blocks = [];
    private readonly StandInShape?[] _shapes = new StandInShape?[3];

    public PrefilledWindow? Prefill(PrefillState state, IReadOnlyList<EncodedFrame> waiting)
    {
        state.Sweep();
        var proposal = state.Window.Propose(waiting);
        if (!proposal.IsWhole)
        {
            options.Reach(StageNames.Prefill, proposal.Facts.Newest);
            state.Window.Commit(proposal, waiting, table: null);
            return null;
        }
        var views = proposal.Slots[^1].Source.Grids.Count;
        var shape = _shapes[views] ??= new StandInShape(options, views);
        if (state.Memory?.Views.Slots != shape.ViewSlots) state.Replace(shape.NewMemory(Geometry));
        var (facts, streaming) = (proposal.Facts, options.Engine.Streaming);
        var earlier = streaming.Enabled && facts.ColdReason is null ? state.Window.Table : null;
        if (earlier is not null && state.Window.Age >= streaming.RefreshEvery) (earlier, facts) = (null, facts with { Refreshed = true });
        var session = Open(state.Memory!, shape, proposal, earlier);
        state.Window.Commit(proposal, waiting, session.Lease.Share(), whole: earlier is null);
        if (options.Mutant == Mutant.ForgottenLease && proposal.Facts.Newest.FrameId % 8 == 3) options.Forgotten.Add(session.Lease.Share());
        return new(facts, session, Unguided: null);
    }

    private ReasoningSession Open(WindowMemory memory, StandInShape shape, StreamWindow.Proposal proposal, KvLease? earlier)
    {
        using var scope = torch.NewDisposeScope();
        WindowView? view = null;
        _blocks.Clear();
        try
        {
            view = memory.Views.Rent();
            var rows = earlier is null ? shape.Whole : shape.Moved(proposal.Facts.Inserted);
            for (var i = 0; i < shape.Layout.Parts.Count; i++) Place(memory, shape, proposal, earlier, rows.SourceOf(i), shape.Layout.Parts[i]);
            var hidden = torch.empty(1, 1);
            hidden.buffer<float>()[0] = Fingerprint.Of(_blocks.Where(b => b.Part.Kind == WindowPartKind.Visual).Select(b => b.Block));
            options.Reach(StageNames.Prefill, proposal.Facts.Newest);
            foreach (var (block, _) in _blocks)
                if (!block.IsSealed) block.Seal();
            return new(new KvLease(new BlockTable(_blocks, shape.Positions, ropeDelta: 0)), view, hidden);
        }
        catch
        {
            foreach (var (block, _) in _blocks) block.Release();
            view?.Dispose();
            throw;
        }
    }

    private void Place(WindowMemory memory, StandInShape shape, StreamWindow.Proposal proposal, KvLease? earlier, int source, WindowPart part)
    {
        if (source >= 0)
        {
            var shared = earlier!.Table.Block(source);
            shared.Retain();
            _blocks.Add((shared, part));
            return;
        }
        var block = memory.Pool.Rent(part.Length, part.Kind == WindowPartKind.Tail ? shape.TailCapacity : 0);
        _blocks.Add((block, part));
        if (part.Kind != WindowPartKind.Visual) return;
        using var values = block.Values;
        values.buffer<float>()[0] = Fingerprint.Of(proposal.Slots[part.Frame], part.View);
    }
}
