namespace FlashDrive.Inference.Stages;

/// <summary>How a thought is drawn (alpamayo.md §9).</summary>
/// <param name="Temperature">0 takes the best token.</param>
/// <param name="Budget">
/// Most tokens that are drawn; with 0 the thought is empty. A thought that has not ended by then is closed behind its last complete
/// sentence. The two tokens that close it come on top.
/// </param>
/// <param name="PeriodEnds">Any period ends the thought.</param>
public sealed record ReasoningOptions(double Temperature = 0.6, double TopP = 0.98, int Budget = 128, bool PeriodEnds = false);
