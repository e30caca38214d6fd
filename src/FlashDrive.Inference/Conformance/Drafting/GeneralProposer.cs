using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>
/// General DFlash (flashdrive.md §3.1): absolute positions, and the keys and values of all feature rows since the start of the prompt
/// are kept. The block's own are never kept, which is what cropping them back comes to.
/// </summary>
/// <param name="scope">Owns what is kept.</param>
internal sealed class GeneralProposer(BlockDrafter drafter, TokenSampler sampler, DisposeScope scope) : IDraftProposer
{
    private readonly List<DraftedBlock> _blocks = [];
    private (Tensor Keys, Tensor Values)[]? _kept;
    private int _rows, _tokens;

    /// <param name="From">First position of the call: that of its first new context row.</param>
    /// <param name="Start">Position of the known token.</param>
    internal sealed record DraftedBlock(int From, int Start, float[] Features, float[] Hidden, float[] Logits);

    internal IReadOnlyList<DraftedBlock> Blocks => _blocks;

    public string Source => DflashProposer.Name;

    public IReadOnlyList<int> Propose(FrameSession session)
    {
        using var inner = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var thought = session.Session;
        var context = thought.Context!;
        // The whole prompt first, then what the last round committed.
        var fresh = _kept is null ? (int)context.size(0) : thought.Tokens.Count - _tokens;
        var features = context.narrow(0, context.size(0) - fresh, fresh).contiguous();
        var from = _rows;
        Keep(drafter.Project(features.unsqueeze(0), from));
        (_rows, _tokens) = (from + fresh, thought.Tokens.Count);
        var hidden = drafter.Block(_kept!, torch.tensor([(long)thought.Tokens[^1]]), _rows);
        var logits = drafter.Logits(hidden).squeeze(0);
        _blocks.Add(new(from, _rows, features.ToArray<float>(), hidden.ToArray<float>(), logits.ToArray<float>()));
        return [.. logits.ToArray<float>().Chunk((int)logits.size(1)).Select(row => sampler.Argmax(row))];
    }

    private void Keep(IReadOnlyList<(Tensor Keys, Tensor Values)> rows)
    {
        _kept = [.. rows.Select((row, layer) => (Join(_kept?[layer].Keys, row.Keys), Join(_kept?[layer].Values, row.Values)))];
        Tensor Join(Tensor? before, Tensor after) => (before is null ? after.contiguous() : torch.cat([before, after], 2)).clone().MoveToOtherDisposeScope(scope);
    }
}
