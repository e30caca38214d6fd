namespace FlashDrive.Inference.Stages;

/// <summary>How a thought is drawn (alpamayo.md §9).</summary>
/// <param name="Temperature">0 takes the best token.</param>
/// <param name="Budget">Longest thought in tokens.</param>
public sealed record ReasoningOptions(double Temperature = 0.6, double TopP = 0.98, int Budget = 128);
