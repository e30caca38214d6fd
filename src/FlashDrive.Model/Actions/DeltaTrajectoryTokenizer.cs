using FlashDrive.Driving;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Actions;

/// <summary>
/// Turns the ego history into bins of its displacements per step (alpamayo.md §12.1): x, y, z of every step, the first one from
/// the origin, so that its bin is mostly the lowest. A variant adds the change of yaw. Bins are relative to the history's first token id.
/// </summary>
public sealed class DeltaTrajectoryTokenizer(HistoryTokenizerConfiguration configuration)
{
    private const int FitWindow = 10, FitHalf = 5;

    /// <summary>Bins per pose.</summary>
    public int Dimensions => configuration.PredictYaw ? 4 : 3;

    public int Bins => configuration.Bins;

    /// <param name="xyz">[poses, 3] positions in the ego frame, oldest first. Float32 is part of the definition: a standing axis is a tie.</param>
    /// <param name="rotations">[poses, 3, 3] row-major; only read by the variant with yaw.</param>
    /// <returns>[poses · Dimensions] bins.</returns>
    public int[] Encode(ReadOnlySpan<float> xyz, ReadOnlySpan<float> rotations = default)
    {
        var poses = xyz.Length / 3;
        if (xyz.Length != 3 * poses || (configuration.PredictYaw && rotations.Length != 9 * poses))
            throw new ArgumentException($"{xyz.Length} coordinates and {rotations.Length} rotation entries are not of whole poses", nameof(xyz));
        var bins = new int[poses * Dimensions];
        Encode(xyz, rotations, bins);
        return bins;
    }

    private void Encode(ReadOnlySpan<float> xyz, ReadOnlySpan<float> rotations, Span<int> bins)
    {
        var poses = xyz.Length / 3;
        float previousYaw = 0;
        for (var i = 0; i < poses; i++)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                var delta = xyz[3 * i + axis] - (i == 0 ? 0 : xyz[3 * (i - 1) + axis]);
                bins[i * Dimensions + axis] = Bin(delta, (float)configuration.XyzMin[axis], (float)configuration.XyzMax[axis]);
            }
            if (!configuration.PredictYaw) continue;
            // This sign is the reference's: it is minus the usual yaw.
            var yaw = MathF.Atan2(rotations[9 * i + 1], rotations[9 * i]);
            var turn = MathF.Atan2(MathF.Sin(yaw - previousYaw), MathF.Cos(yaw - previousYaw));
            bins[i * Dimensions + 3] = Bin(turn, (float)configuration.YawMin, (float)configuration.YawMax);
            previousYaw = yaw;
        }
    }

    public int[] Encode(EgoHistory history)
    {
        var bins = new int[EgoHistory.Poses * Dimensions];
        Encode(history, bins);
        return bins;
    }

    /// <param name="bins">[<see cref="EgoHistory.Poses"/> · Dimensions]</param>
    public void Encode(EgoHistory history, Span<int> bins)
    {
        if (bins.Length != EgoHistory.Poses * Dimensions)
            throw new ArgumentException($"a history has {EgoHistory.Poses * Dimensions} bins, there is room for {bins.Length}", nameof(bins));
        Span<float> xyz = stackalloc float[3 * EgoHistory.Poses], rotations = stackalloc float[9 * EgoHistory.Poses];
        for (var i = 0; i < EgoHistory.Poses; i++)
        {
            var p = history[i].Position;
            (xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]) = ((float)p.X, (float)p.Y, (float)p.Z);
            history[i].Rotation.ToMatrix(rotations.Slice(9 * i, 9));
        }
        Encode(xyz, rotations, bins);
    }

    /// <summary>
    /// Positions by summing displacements. Headings come from the binned turns, or, without them, from cubic fits of x and y over a
    /// sliding window of ten samples.
    /// </summary>
    /// <param name="bins">[poses · Dimensions].</param>
    /// <returns>[poses, 3] positions and [poses] the angle of the rotation about z.</returns>
    public (double[] Xyz, double[] Yaw) Decode(ReadOnlySpan<int> bins)
    {
        var poses = bins.Length / Dimensions;
        if (bins.Length != poses * Dimensions) throw new ArgumentException($"{bins.Length} bins are not of whole poses of {Dimensions}", nameof(bins));
        var (xyz, yaw) = (new double[3 * poses], new double[poses]);
        for (var i = 0; i < poses; i++)
        {
            for (var axis = 0; axis < 3; axis++)
                xyz[3 * i + axis] = (i == 0 ? 0 : xyz[3 * (i - 1) + axis]) + Value(bins[i * Dimensions + axis], configuration.XyzMin[axis], configuration.XyzMax[axis]);
            if (configuration.PredictYaw)
                yaw[i] = (i == 0 ? 0 : yaw[i - 1]) + Value(bins[i * Dimensions + 3], configuration.YawMin, configuration.YawMax);
        }
        if (!configuration.PredictYaw)
            for (var i = 0; i < poses; i++) yaw[i] = FittedHeading(xyz, i);
        return (xyz, yaw);
    }

    private int Bin(float delta, float low, float high)
    {
        var scaled = (delta - low) / (high - low) * (Bins - 1);
        if (float.IsNaN(scaled)) throw new ArgumentException("the ego history holds a value that is not a number");
        return (int)Math.Clamp(MathF.Round(scaled), 0, Bins - 1);
    }

    private double Value(int bin, double low, double high) => (double)bin / (Bins - 1) * (high - low) + low;

    /// <summary>Direction of travel at sample i: derivatives there of the cubics that fit x and y best around it.</summary>
    private static double FittedHeading(double[] xyz, int i)
    {
        var poses = xyz.Length / 3;
        var window = Math.Min(FitWindow, poses);
        var start = Math.Clamp(i - FitHalf, 0, poses - window);
        Span<double> dx = stackalloc double[4], dy = stackalloc double[4];
        if (!FitCubic(xyz, axis: 0, start, window, i, dx) || !FitCubic(xyz, axis: 1, start, window, i, dy))
            throw new ArgumentException($"a heading fit needs at least 4 poses, got {poses}");
        return Math.Atan2(dy[1], dx[1]);
    }

    /// <summary>Coefficients [4] of the cubic that fits one axis best over the window; false when it is not determined.</summary>
    private static bool FitCubic(double[] xyz, int axis, int start, int window, int i, Span<double> coefficients)
    {
        var normal = new BandedSystem(4, 3, stackalloc double[BandedSystem.MemoryLength(4, 3)]);
        Span<double> powers = stackalloc double[4];
        for (var k = start; k < start + window; k++)
        {
            // Time counts from the sample itself, so the linear coefficient is the derivative.
            powers[0] = 1;
            for (var p = 1; p < 4; p++) powers[p] = powers[p - 1] * (k - i);
            for (var a = 0; a < 4; a++)
            {
                for (var b = 0; b <= a; b++) normal.Add(a, b, powers[a] * powers[b]);
                normal.RightSide[a] += powers[a] * xyz[3 * k + axis];
            }
        }
        if (!normal.Solve()) return false;
        normal.RightSide.CopyTo(coefficients);
        return true;
    }
}
