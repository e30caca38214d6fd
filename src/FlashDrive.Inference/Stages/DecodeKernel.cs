using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>Decoding rows on the own kernels: one native call for all layers, which writes its keys and values to the session's view.</summary>
/// <param name="featureLayers">Layers captured for a drafter, or null.</param>
internal sealed class DecodeKernel(LanguageModel language, IReadOnlyList<int>? featureLayers)
{
    private readonly long[]? _layers = featureLayers is null ? null : [.. featureLayers.Select(layer => (long)layer)];

    /// <param name="ids">int64 [rows]: what follows in the scratch.</param>
    internal TargetScores Score(ReasoningSession session, Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        var embeddings = language.Embed(ids);
        var captured = _layers is null ? null : torch.empty(ids.size(0), _layers.Length * embeddings.size(1));
        var normed = Forward(session, embeddings, 0, new(_layers, Captured: captured));
        return new(language.Kernel.Logits(normed).DetachFromDisposeScope(), captured?.DetachFromDisposeScope());
    }

    internal void Write(ReasoningSession session, Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        // Nothing is read but keys and values: the last layer need not go further than one row.
        Forward(session, language.Embed(ids), ids.size(0) - 1, default);
    }

    private Tensor Forward(ReasoningSession session, Tensor embeddings, long outputFrom, KernelOutputs outputs)
    {
        var (rows, scratch) = ((int)embeddings.size(0), session.Scratch);
        scratch.Require(rows);
        var rotary = language.Rotary.TextTables(session.PositionOf(scratch.Slots), rows);
        var normed = language.Kernel.Forward(embeddings, rotary, session.View.Tensors, scratch.Slots, outputFrom: outputFrom, norm: true, outputs: outputs);
        scratch.Begin(rows);
        scratch.Commit();
        return normed;
    }
}
