using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Actions;

/// <summary>
/// Turns a future trajectory into bins of its normalised actions (alpamayo.md §12.2), waypoint by waypoint, acceleration first. The
/// published model masks these tokens at inference; they serve training and analysis. Bins are relative to the future's first token id.
/// </summary>
public sealed class DiscreteTrajectoryTokenizer(FutureTokenizerConfiguration configuration, UnicycleActionSpace actionSpace)
{
    /// <returns>[Waypoints, 2] bins.</returns>
    public int[] Encode(ReadOnlySpan<PlanarPose> future, double speed) => EncodeActions(actionSpace.ToActions(future, speed));

    /// <param name="actions">[Waypoints, 2] normalised actions.</param>
    public int[] EncodeActions(ReadOnlySpan<double> actions)
    {
        var bins = new int[actions.Length];
        for (var i = 0; i < actions.Length; i++)
        {
            var (low, high) = (configuration.Min[i % 2], configuration.Max[i % 2]);
            if (double.IsNaN(actions[i])) throw new ArgumentException("an action is not a number", nameof(actions));
            bins[i] = (int)Math.Clamp(Math.Round((actions[i] - low) / (high - low) * (configuration.Bins - 1)), 0, configuration.Bins - 1);
        }
        return bins;
    }

    /// <returns>[Waypoints, 2] normalised actions at the bins' centres.</returns>
    public float[] DecodeActions(ReadOnlySpan<int> bins)
    {
        var actions = new float[bins.Length];
        for (var i = 0; i < bins.Length; i++)
        {
            var (low, high) = (configuration.Min[i % 2], configuration.Max[i % 2]);
            actions[i] = (float)((double)bins[i] / (configuration.Bins - 1) * (high - low) + low);
        }
        return actions;
    }

    /// <summary>The trajectory of a row of bins.</summary>
    public PlanarPose[] Decode(ReadOnlySpan<int> bins, double speed) => actionSpace.Rollout(DecodeActions(bins), speed);
}
