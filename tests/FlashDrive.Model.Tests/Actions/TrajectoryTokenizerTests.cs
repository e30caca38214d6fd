using FlashDrive.Driving;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tests.Actions;

public class TrajectoryTokenizerTests
{
    private static readonly HistoryTokenizerConfiguration Delta = HistoryTokenizerConfiguration.Published;

    [Fact]
    public void A_straight_line_gives_the_published_bins()
    {
        int[] expected = [0, 500, 500, .. Enumerable.Repeat(new[] { 624, 500, 500 }, 15).SelectMany(bins => bins)];
        Assert.Equal(expected, new DeltaTrajectoryTokenizer(Delta).Encode(EgoHistory.Straight(10)));
    }

    [Fact]
    public void An_arc_gives_the_published_bins()
    {
        var xyz = Enumerable.Range(0, 16).Select(k => (k - 15) * 0.1)
            .SelectMany(t => new[] { (float)(40 * Math.Sin(0.2 * t)), (float)(40 * (1 - Math.Cos(0.2 * t))), 0f }).ToArray();
        int[] expected =
        [
            0, 723, 500, 595, 471, 500, 596, 473, 500, 596, 475, 500, 597, 477, 500, 597, 479, 500, 598, 481, 500, 598, 483, 500,
            598, 485, 500, 599, 487, 500, 599, 489, 500, 599, 491, 500, 599, 493, 500, 599, 495, 500, 599, 497, 500, 599, 499, 500,
        ];
        Assert.Equal(expected, new DeltaTrajectoryTokenizer(Delta).Encode(xyz));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alt.")]
    public void Recorded_histories_give_the_recorded_bins_and_come_back(string prefix)
    {
        using var golden = new GoldenTrajectories(prefix);
        var (plain, withYaw) = (new DeltaTrajectoryTokenizer(Delta), new DeltaTrajectoryTokenizer(Delta with { PredictYaw = true }));
        var (different, yaws) = (0, 0);
        for (var w = 0; w < golden.Windows; w++)
        {
            var (xyz, rotations) = (golden.Floats("history_xyz", w), golden.Floats("history_rot", w));
            Assert.Equal(golden.Bins("history_bins", w), plain.Encode(xyz));
            var (recorded, ours) = (golden.Bins("history_bins_with_yaw", w), withYaw.Encode(xyz, rotations));
            for (var i = 0; i < ours.Length; i++)
            {
                if (i % 4 != 3) Assert.Equal(recorded[i], ours[i]);
                else if (ours[i] != recorded[i])
                {
                    Assert.InRange(ours[i] - recorded[i], -1, 1);
                    different++;
                }
                if (i % 4 == 3) yaws++;
            }
            var (decoded, headings) = plain.Decode(golden.Bins("history_bins", w));
            ActionSpaceTests.AssertWithin(5e-5, golden.Floats("history_decoded_xyz", w), decoded);
            ActionSpaceTests.AssertWithin(1e-4, golden.Floats("history_decoded_rot", w), [.. headings.SelectMany(ActionSpaceTests.RotationOf)]);
            ActionSpaceTests.AssertWithin(1e-4, golden.Floats("history_decoded_rot_with_yaw", w), [.. withYaw.Decode(recorded).Yaw.SelectMany(ActionSpaceTests.RotationOf)]);
        }
        Assert.True(different <= 0.01 * yaws, $"{different} of {yaws} yaw bins differ");
    }

    [Theory]
    [InlineData("", "action_space")]
    [InlineData("alt.", "alt_action_space")]
    public void Recorded_futures_give_the_recorded_bins_and_come_back(string prefix, string block)
    {
        using var golden = new GoldenTrajectories(prefix);
        var space = new UnicycleActionSpace(ActionSpaceConfiguration.Read("config.json", Fixtures.Json("actions", "config.json").GetProperty(block)));
        var tokenizer = new DiscreteTrajectoryTokenizer(new(3000, [-10, -10], [10, 10]), space);
        for (var w = 0; w < golden.Windows; w++)
        {
            var (history, bins) = (golden.Poses("history", w), golden.Bins("future_bins", w));
            var speed = space.SpeedAtT0(history);
            Assert.Equal(bins, tokenizer.Encode(golden.Poses("future", w), speed));
            var z = golden.Floats("history_xyz", w)[3 * history.Length - 1];
            ActionSpaceTests.AssertWithin(5e-4, golden.Floats("future_decoded_xyz", w), [.. tokenizer.Decode(bins, speed).SelectMany(p => new[] { p.X, p.Y, z })]);
        }
    }

    [Fact]
    public void A_history_that_is_not_a_number_is_refused() =>
        Assert.Throws<ArgumentException>(() => new DeltaTrajectoryTokenizer(Delta).Encode([float.NaN, 0, 0]));
}
