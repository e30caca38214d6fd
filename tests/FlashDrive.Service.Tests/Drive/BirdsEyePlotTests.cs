using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

public class BirdsEyePlotTests
{
    [Fact]
    public void A_straight_plan_is_a_column_above_the_ego()
    {
        var lines = new BirdsEyePlot(11, 4, unicode: false).Draw([Plans.Straight(10)]);
        Assert.Equal(["     *     ", "     *     ", "     *     ", "     *     ", "     ^ 70 m"], lines);
    }

    [Fact]
    public void A_plan_further_left_is_drawn_further_left()
    {
        var lines = new BirdsEyePlot(11, 4, unicode: false).Draw([Plans.Straight(10, left: 18)]);
        Assert.Equal("   *       ", lines[0]);
    }

    [Fact]
    public void Every_line_is_as_wide_as_asked_and_made_of_braille_cells()
    {
        var lines = new BirdsEyePlot(20, 6).Draw([Plans.Straight(3), Plans.Straight(4, left: -2)]);
        Assert.Equal(7, lines.Count);
        Assert.All(lines, line => Assert.Equal(20, line.Length));
        Assert.All(lines.Take(6), line => Assert.All(line, c => Assert.True(c is ' ' or (>= '\u2801' and <= '\u28FF'))));
    }

    [Fact]
    public void A_plan_out_of_view_to_the_side_is_cut_off()
    {
        var lines = new BirdsEyePlot(11, 4, unicode: false).Draw([Plans.Straight(1, left: 500)]);
        Assert.Equal("     *     ", lines[3]);
        Assert.All(lines.Take(3), line => Assert.Equal("           ", line));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(5, 40)]
    [InlineData(10, 70)]
    public void The_view_reaches_to_the_next_ten_metres(double speed, double metres) => Assert.Equal(metres, BirdsEyePlot.ViewLength([Plans.Straight(speed)]));
}
