using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>What the target thinks of the next token: [rows, vocabulary] float32, row i after the i-th token that was written.</summary>
public sealed record TargetScores(Tensor Logits) : IDisposable
{
    public void Dispose() => Logits.Dispose();
}

/// <summary>
/// The unmodified target model: writes the tokens that are not in the scratch yet in one forward pass and scores what comes after each.
/// </summary>
public sealed class DeliberativeReasonerStage(LanguageModel language) : IDeliberativeReasoner
{
    public TargetScores Score(FrameSession session, DraftTokens draft)
    {
        session.ThrowIfCancelled();
        return Score(session.Session);
    }

    /// <summary>The branch without route reads the same thought (alpamayo.md §11.3).</summary>
    public void Settle(FrameSession session)
    {
        Settle(session.Session);
        if (session.Unguided is not { } unguided) return;
        unguided.Restart();
        foreach (var token in session.Session.Tokens) unguided.Append(token);
        Settle(unguided);
    }

    /// <summary>Scores after every token not written yet, or after the window when nothing has been generated.</summary>
    /// <exception cref="NonFiniteException">The logits are not finite.</exception>
    public TargetScores Score(ReasoningSession session)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var normed = session.Tokens.Count == 0 ? session.LastHidden : language.Norm(WriteTokens(session));
        var logits = Precision32(language.Logits(normed));
        if (!logits.IsFinite()) throw new NonFiniteException("decode", "logits");
        return new TargetScores(logits.DetachFromDisposeScope());
    }

    /// <summary>Writes the keys and values of the tokens not written yet, without scoring: the hand-over token must be in the cache.</summary>
    public void Settle(ReasoningSession session)
    {
        if (session.Unwritten == 0) return;
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        WriteTokens(session);
    }

    /// <summary>Residual stream [rows, hidden] of the tokens not written yet.</summary>
    private Tensor WriteTokens(ReasoningSession session)
    {
        var rows = session.Unwritten;
        if (rows == 0) throw new InvalidOperationException("every token of the session is scored already");
        var scratch = session.Scratch;
        var ids = new long[rows];
        for (var i = 0; i < rows; i++) ids[i] = session.Tokens[scratch.Tokens + i];
        var embeddings = language.Embed(torch.tensor(ids, 1, rows));
        var rotary = language.Rotary.TextTables(session.PositionOf(scratch.Slots), rows);
        scratch.Begin(rows);
        var hidden = language.Forward(embeddings, rotary, Mask(scratch.Slots, rows), scratch);
        scratch.Commit();
        return hidden.squeeze(0);
    }

    /// <summary>A single row may read everything.</summary>
    private Tensor? Mask(int first, int rows) => rows == 1 ? null : AttentionMask.CausalFrom(first, rows, language.Group);

    private static Tensor Precision32(Tensor logits) => logits.dtype == ScalarType.Float32 ? logits.alias() : logits.to(ScalarType.Float32);
}
