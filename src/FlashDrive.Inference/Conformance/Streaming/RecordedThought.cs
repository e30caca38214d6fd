using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Streaming;

/// <summary>
/// A greedy thought of a fixed number of tokens without stop rules, one token a forward, and the hand-over token behind it: token j in
/// slot L + j. The end of the thought is banned as its first token.
/// </summary>
internal sealed class RecordedThought
{
    private RecordedThought(float[] first, int[] tokens, float[] hidden, float[] logits) => (FirstLogits, Tokens, Hidden, Logits) = (first, tokens, hidden, logits);

    /// <summary>[vocabulary] behind the window.</summary>
    internal float[] FirstLogits { get; }

    internal int[] Tokens { get; }

    /// <summary>Residual stream after the last layer of each token, [tokens, hidden].</summary>
    internal float[] Hidden { get; }

    /// <summary>After each token, [tokens, vocabulary].</summary>
    internal float[] Logits { get; }

    internal static RecordedThought Draw(RecordedStream stream, ReasoningSession session, bool ownKernels)
    {
        var (model, language) = (stream.Engine.Model, stream.Engine.Model.Network.Language);
        var reasoner = new DeliberativeReasonerStage(language, [language.Layers - 1], ownKernels);
        var (first, tokens, hidden, logits) = (Array.Empty<float>(), new List<int>(), new List<float>(), new List<float>());
        session.Restart();
        for (var i = 0; i <= stream.Budget; i++)
        {
            using var scope = torch.NewDisposeScope();
            using var scores = reasoner.Score(session);
            var row = scores.Logits.ToArray<float>();
            if (i == 0) first = row;
            else
            {
                logits.AddRange(row);
                hidden.AddRange(scores.Features!.ToArray<float>());
            }
            if (i == stream.Budget) break;
            var choice = (float[])row.Clone();
            if (i == 0) choice[model.Vocabulary.CotEnd] = float.NegativeInfinity;
            tokens.Add(stream.Engine.Sampler.Sample(choice, temperature: 0, topP: 1, uniform: 0));
            session.Append(tokens[^1]);
        }
        session.Append(model.Vocabulary.TrajectoryFutureStart);
        reasoner.Settle(session);
        return new(first, [.. tokens], [.. hidden], [.. logits]);
    }

    /// <summary>Dictated tokens and the hand-over token, written but not scored.</summary>
    internal static void Dictate(RecordedStream stream, ReasoningSession session, int[] tokens)
    {
        session.Restart();
        stream.Engine.Extend(session, [.. tokens, stream.Engine.Model.Vocabulary.TrajectoryFutureStart]);
    }
}
