using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Simulation.StandIns;

/// <summary>
/// The real window, pools, blocks, table, lease and view, sized by the real sum for a one-layer model. The last hidden state is a
/// fingerprint of all that the window shows.
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
        var session = Open(state.Memory!, shape, proposal);
        state.Window.Commit(proposal, waiting, session.Lease.Share());
        if (options.Mutant == Mutant.ForgottenLease && proposal.Facts.Newest.FrameId % 8 == 3) options.Forgotten.Add(session.Lease.Share());
        return new(proposal.Facts, session, Unguided: null);
    }

    private ReasoningSession Open(WindowMemory memory, StandInShape shape, StreamWindow.Proposal proposal)
    {
        using var scope = torch.NewDisposeScope();
        WindowView? view = null;
        _blocks.Clear();
        try
        {
            view = memory.Views.Rent();
            foreach (var part in shape.Layout.Parts) _blocks.Add((memory.Pool.Rent(part.Length), part));
            var hidden = torch.empty(1, 1);
            hidden.data<float>()[0] = Fingerprint.Of(proposal.Slots);
            options.Reach(StageNames.Prefill, proposal.Facts.Newest);
            foreach (var (block, _) in _blocks) block.Seal();
            return new(new KvLease(new BlockTable(_blocks, shape.Positions, ropeDelta: 0)), view, hidden);
        }
        catch
        {
            foreach (var (block, _) in _blocks) block.Release();
            view?.Dispose();
            throw;
        }
    }
}
