namespace FlashDrive.Training.Rollouts;

/// <summary>Which ticks of a clip are prefilled together, and which windows are learned from.</summary>
/// <param name="Start">Ticks left out before the rollout.</param>
/// <param name="Inserts">[windows] frames that each prefill inserts; the first is a whole window.</param>
/// <param name="LossWindows">Windows that the loss is taken of, ascending.</param>
internal sealed record RolloutPlan(int Start, int[] Inserts, int[] LossWindows)
{
    internal int Ticks => Inserts.Sum();

    /// <summary>Windows that a clip for this rollout must have.</summary>
    internal int ClipWindows => 1 + Inserts.Skip(1).Sum();
}
