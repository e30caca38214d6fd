using FlashDrive.Driving;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference;

/// <summary>Turns tokens and actions into what a plan shows.</summary>
internal static class Plans
{
    internal static Thought Thought(ModelVocabulary vocabulary, ReasoningSession session)
    {
        var tokens = session.Tokens;
        var end = tokens.TakeWhile(t => t != vocabulary.CotEnd && t != vocabulary.TrajectoryFutureStart && t != vocabulary.Eos).Count();
        var pieces = Pieces(vocabulary, tokens, session.Sources, end);
        return new(string.Concat(pieces.Select(piece => piece.Text)).Trim(), [.. tokens], session.Ending is ThoughtEnding.Completed or ThoughtEnding.Period)
        {
            Sources = [.. session.Sources],
            Pieces = pieces,
            Closed = session.Ending == ThoughtEnding.Budget,
        };
    }

    private static List<ThoughtPiece> Pieces(ModelVocabulary vocabulary, IReadOnlyList<int> tokens, IReadOnlyList<string> sources, int end)
    {
        var pieces = new List<ThoughtPiece>();
        var whole = vocabulary.Tokenizer.Decode([.. tokens.Take(end)]);
        var from = 0;
        for (var i = 1; i <= end; i++)
        {
            if (i < end && sources[i] == sources[i - 1]) continue;
            var before = i == end ? whole : vocabulary.Tokenizer.Decode([.. tokens.Take(i)]);
            // Bytes of one character may be spread over tokens: the piece then goes on.
            if (!whole.StartsWith(before, StringComparison.Ordinal) || before.Length <= from) continue;
            pieces.Add(new(whole[from..before.Length], sources[i - 1]));
            from = before.Length;
        }
        return pieces;
    }

    internal static Plan Assemble(DrivingModel model, WindowFacts window, IReadOnlyList<Thought> thoughts, float[] actions)
    {
        var newest = window.Newest;
        var perSample = 2 * Trajectory.Points;
        var trajectories = Enumerable.Range(0, actions.Length / perSample)
            .Select(i => model.Actions.ToTrajectory(actions.AsSpan(i * perSample, perSample), newest.History));
        return new(newest.FrameId, newest.TickMicroseconds, thoughts, [.. trajectories], actions, window.Patched, window.ColdReason);
    }
}
