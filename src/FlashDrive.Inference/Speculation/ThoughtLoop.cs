using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Speculation;

/// <summary>
/// A thought in one thread: propose, score, accept, until it ends; then what is not in the cache yet is written. Plain decoding is the
/// same loop with empty proposals. The actors run the same round as a ring.
/// </summary>
internal static class ThoughtLoop
{
    internal static void Run(IRoutineReasoner routine, IDeliberativeReasoner deliberative, IVerifier verifier, FrameSession session)
    {
        for (var goOn = true; goOn;)
        {
            var draft = routine.Propose(session);
            using var scores = deliberative.Score(session, draft);
            goOn = verifier.Accept(session, draft, scores);
        }
        deliberative.Settle(session);
    }
}
