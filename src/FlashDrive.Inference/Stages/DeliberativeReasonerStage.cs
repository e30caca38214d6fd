using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>What the target thinks of the next token.</summary>
/// <param name="Logits">[rows, vocabulary] float32, row i after the i-th token that was written; not checked to be finite.</param>
/// <param name="Features">[rows, features] for a drafter, or null.</param>
public sealed record TargetScores(Tensor Logits, Tensor? Features = null) : IDisposable
{
    /// <summary>All logits in one row and behind them the proposals of a <see cref="DraftBlock"/>, so that one look shows both; or null.</summary>
    public Tensor? Carried { get; private init; }

    /// <summary>These scores with the proposals that they judge.</summary>
    internal TargetScores Carrying(DraftBlock block)
    {
        using var scope = torch.NewDisposeScope();
        return this with { Carried = torch.cat([Logits.reshape(-1), block.Ids.to(ScalarType.Float32)]).DetachFromDisposeScope() };
    }

    public void Dispose()
    {
        Logits.Dispose();
        Features?.Dispose();
        Carried?.Dispose();
    }
}

/// <summary>
/// The unmodified target model: writes the tokens that are not in the scratch yet and the proposals behind them in one forward pass and
/// scores what comes after each.
/// </summary>
/// <param name="featureLayers">Layers whose residual streams a drafter is conditioned on; null when nothing is drafted.</param>
/// <param name="ownKernels">
/// Runs on kernels in which a row's bits do not depend on the rows beside it, so that verified proposals are what plain decoding
/// computes; float32 on a CPU only. LibTorch's products round by shape.
/// </param>
public sealed class DeliberativeReasonerStage(LanguageModel language, IReadOnlyList<int>? featureLayers = null, bool ownKernels = false) : IDeliberativeReasoner
{
    private readonly FeatureRows? _features = featureLayers is null ? null : new(featureLayers);
    private readonly DecodeKernel? _kernel = ownKernels ? new(language, featureLayers) : null;

    public TargetScores Score(FrameSession session, DraftTokens draft)
    {
        session.ThrowIfCancelled();
        if (session.Session.Tokens.Count > 0) session.CountForward();
        return Score(session.Session, draft.Tokens);
    }

    /// <summary>The branch without route reads the same thought (alpamayo.md §11.3).</summary>
    public void Settle(FrameSession session)
    {
        if (session.Session.Unwritten > 0) session.CountForward();
        Settle(session.Session);
        if (session.Unguided is not { } unguided) return;
        unguided.Restart();
        foreach (var token in session.Session.Tokens) unguided.Append(token);
        Settle(unguided);
    }

    /// <summary>Scores after every token not written yet, or after the window when nothing has been generated.</summary>
    public TargetScores Score(ReasoningSession session) => Score(session, []);

    /// <summary>Writes the keys and values of the tokens not written yet, without scoring: the hand-over token must be in the cache.</summary>
    public void Settle(ReasoningSession session)
    {
        if (session.Unwritten == 0) return;
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        if (_kernel is { } kernel) kernel.Write(session, Ids(session, []));
        else Write(session, Ids(session, []), null);
    }

    private TargetScores Score(ReasoningSession session, IReadOnlyList<int> draft)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        if (session.Tokens.Count > 0)
        {
            var ids = Ids(session, draft);
            var scores = _kernel is { } kernel ? kernel.Score(session, ids) : Score(session, ids, scope);
            return draft is DraftBlock block ? scores.Carrying(block) : scores;
        }
        if (draft.Count > 0) throw new ArgumentException("a draft follows a known token, and nothing has been generated", nameof(draft));
        var logits = _kernel is null ? Precision32(language.Logits(session.LastHidden)) : language.Kernel.Logits(session.LastHidden);
        return new(logits.DetachFromDisposeScope());
    }

    private TargetScores Score(ReasoningSession session, Tensor ids, DisposeScope scope)
    {
        _features?.Begin(scope);
        var logits = Precision32(language.Logits(language.Norm(Write(session, ids, _features))));
        return new(logits.DetachFromDisposeScope(), _features?.Take().DetachFromDisposeScope());
    }

    /// <summary>The tokens not written yet and the draft behind them, int64 [rows].</summary>
    private static Tensor Ids(ReasoningSession session, IReadOnlyList<int> draft)
    {
        var (own, written) = (session.Unwritten, session.Scratch.Tokens);
        if (own <= 0) throw new InvalidOperationException("every token of the session is scored already");
        var block = draft as DraftBlock;
        var ids = new long[block is null ? own + draft.Count : own];
        for (var i = 0; i < ids.Length; i++) ids[i] = i < own ? session.Tokens[written + i] : draft[i - own];
        var known = torch.tensor(ids);
        return block is null ? known : torch.cat([known, block.Ids]);
    }

    /// <summary>Residual stream [rows, hidden] of the rows written.</summary>
    private Tensor Write(ReasoningSession session, Tensor ids, FeatureRows? features)
    {
        var (rows, scratch) = ((int)ids.size(0), session.Scratch);
        var embeddings = language.Embed(ids.unsqueeze(0));
        var rotary = language.Rotary.TextTables(session.PositionOf(scratch.Slots), rows);
        scratch.Begin(rows);
        var hidden = language.Forward(embeddings, rotary, Mask(scratch.Slots, rows), scratch, observe: features is null ? null : features.Observe);
        scratch.Commit();
        return hidden.squeeze(0);
    }

    /// <summary>A single row may read everything.</summary>
    private Tensor? Mask(int first, int rows) => rows == 1 ? null : AttentionMask.CausalFrom(first, rows, language.Group);

    private static Tensor Precision32(Tensor logits) => logits.dtype == ScalarType.Float32 ? logits.alias() : logits.to(ScalarType.Float32);
}
