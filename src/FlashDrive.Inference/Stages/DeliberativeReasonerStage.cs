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
    public void Dispose()
    {
        Logits.Dispose();
        Features?.Dispose();
    }
}

/// <summary>
/// The unmodified target model: writes the tokens that are not in the scratch yet and the proposals behind them in one forward pass and
/// scores what comes after each.
/// </summary>
/// <param name="featureLayers">Layers whose residual streams a drafter is conditioned on; null when nothing is drafted.</param>
public sealed class DeliberativeReasonerStage(LanguageModel language, IReadOnlyList<int>? featureLayers = null) : IDeliberativeReasoner
{
    private readonly FeatureRows? _features = featureLayers is null ? null : new(featureLayers);

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
        WriteTokens(session, [], null);
    }

    private TargetScores Score(ReasoningSession session, IReadOnlyList<int> draft)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var begun = session.Tokens.Count > 0;
        if (!begun && draft.Count > 0) throw new ArgumentException("a draft follows a known token, and nothing has been generated", nameof(draft));
        _features?.Begin(scope);
        var normed = begun ? language.Norm(WriteTokens(session, draft, _features)) : session.LastHidden;
        var logits = Precision32(language.Logits(normed));
        return new TargetScores(logits.DetachFromDisposeScope(), begun ? _features?.Take().DetachFromDisposeScope() : null);
    }

    /// <summary>Residual stream [rows, hidden] of the tokens not written yet and of the draft behind them.</summary>
    private Tensor WriteTokens(ReasoningSession session, IReadOnlyList<int> draft, FeatureRows? features)
    {
        var (own, scratch) = (session.Unwritten, session.Scratch);
        if (own <= 0) throw new InvalidOperationException("every token of the session is scored already");
        var rows = own + draft.Count;
        var ids = new long[rows];
        for (var i = 0; i < rows; i++) ids[i] = i < own ? session.Tokens[scratch.Tokens + i] : draft[i - own];
        var embeddings = language.Embed(torch.tensor(ids, 1, rows));
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
