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
        var text = vocabulary.Tokenizer.Decode([.. tokens.Take(end)]).Trim();
        return new(text, [.. tokens], session.Ending is ThoughtEnding.Completed or ThoughtEnding.Period)
        {
            Sources = [.. session.Sources],
            Closed = session.Ending == ThoughtEnding.Budget,
        };
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
