namespace FlashDrive.Actors.Credits;

/// <summary>What a frame made the engine compute.</summary>
/// <param name="Evaluations">Of the velocity field, over all thoughts and branches.</param>
/// <param name="Drafted">Tokens a drafter proposed.</param>
/// <param name="Accepted">Of those, tokens the verifier took.</param>
/// <param name="Source">Who proposed them.</param>
/// <param name="Closed">Thoughts that the budget closed.</param>
public readonly record struct FrameWork(int Evaluations, int Drafted, int Accepted, string Source, int Closed);
