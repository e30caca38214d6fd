using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>
/// The planned path from above in text: forward is up, left is left, both axes to the same scale of metres per dot. Uses
/// braille cells (2 × 4 dots) where the terminal has Unicode, asterisks elsewhere.
/// </summary>
public sealed class BirdsEyePlot(int columns, int rows, bool unicode = true)
{
    private const double ShortestView = 20;
    private static readonly byte[,] BrailleBits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private int DotsPerColumn => unicode ? 2 : 1;

    private int DotsPerRow => unicode ? 4 : 1;

    /// <summary>Lines from far ahead to the ego, each <c>columns</c> characters; the last line carries the ego (^) and the scale.</summary>
    public IReadOnlyList<string> Draw(IReadOnlyList<Trajectory> trajectories)
    {
        var view = ViewLength(trajectories);
        var height = rows * DotsPerRow;
        var width = columns * DotsPerColumn;
        // A character cell is about twice as high as wide, a braille dot about square.
        var metresPerDotX = view / height;
        var metresPerDotY = unicode ? metresPerDotX : metresPerDotX / 2;
        var dots = new bool[height, width];
        foreach (var trajectory in trajectories)
            foreach (var point in Dense(trajectory))
            {
                var row = height - 1 - (int)Math.Floor(point.X / metresPerDotX);
                var column = (int)Math.Floor(width / 2.0 - point.Y / metresPerDotY);
                if (row >= 0 && row < height && column >= 0 && column < width) dots[row, column] = true;
            }
        var lines = new List<string>(rows + 1);
        for (var row = 0; row < rows; row++) lines.Add(string.Create(columns, (row, dots), (line, state) => Fill(line, state.row, state.dots)));
        lines.Add(Foot(view));
        return lines;
    }

    /// <summary>Metres shown ahead: the farthest point rounded up to ten, at least 20.</summary>
    internal static double ViewLength(IReadOnlyList<Trajectory> trajectories)
    {
        var farthest = 0.0;
        foreach (var trajectory in trajectories)
            foreach (var pose in trajectory.Poses)
                farthest = Math.Max(farthest, pose.Position.X);
        return Math.Max(ShortestView, 10 * Math.Ceiling((farthest + 0.1) / 10));
    }

    private void Fill(Span<char> line, int row, bool[,] dots)
    {
        for (var column = 0; column < line.Length; column++)
        {
            var bits = 0;
            for (var y = 0; y < DotsPerRow; y++)
                for (var x = 0; x < DotsPerColumn; x++)
                    if (dots[row * DotsPerRow + y, column * DotsPerColumn + x])
                        bits |= BrailleBits[y, x];
            line[column] = bits == 0 ? ' ' : unicode ? (char)(0x2800 + bits) : '*';
        }
    }

    private string Foot(double view)
    {
        var foot = new string(' ', columns / 2) + "^";
        var scale = FormattableString.Invariant($"{view:F0} m");
        return foot.Length + 1 + scale.Length <= columns ? foot.PadRight(columns - scale.Length) + scale : foot.PadRight(columns);
    }

    /// <summary>The origin, the 64 points and nine between each two, so that a fast plan is a line and not a row of dots.</summary>
    private static IEnumerable<Vec3> Dense(Trajectory trajectory)
    {
        var from = Vec3.Zero;
        for (var i = 0; i < Trajectory.Points; i++)
        {
            var to = trajectory[i].Position;
            for (var step = 0; step < 10; step++) yield return Vec3.Lerp(from, to, step / 10.0);
            from = to;
        }
        yield return from;
    }
}
