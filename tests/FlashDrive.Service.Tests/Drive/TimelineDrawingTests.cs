using FlashDrive.Service.Drive.Pipelined;

namespace FlashDrive.Service.Tests.Drive;

public class TimelineDrawingTests
{
    [Fact]
    public void Frames_that_are_in_two_stages_at_once_stand_in_the_same_columns()
    {
        var rows = Draw(Span(1, "decode", 500, 900), Span(2, "encode", 600, 700), Span(2, "prefill", 700, 900));
        Assert.Equal(["      2   ", "       22 ", "     1111 ", "          "], rows);
    }

    [Fact]
    public void What_began_before_the_picture_is_cut_off_and_what_ends_after_it_too() =>
        Assert.Equal("777    888", Draw(Span(7, "encode", -500, 300), Span(8, "encode", 700, 5000))[0]);

    [Fact]
    public void A_cell_belongs_to_the_frame_that_took_most_of_it() =>
        Assert.Equal("    23    ", Draw(Span(1, "action", 400, 430), Span(2, "action", 430, 490), Span(3, "action", 490, 600))[3]);

    private static TimelineSpan Span(long frame, string stage, double from, double to) => new(0, frame, stage, TimeSpan.FromMilliseconds(9000 + from), TimeSpan.FromMilliseconds(9000 + to));

    /// <summary>One second in ten columns, ending at 10 s; the rows of encode, prefill, decode and action.</summary>
    private static List<string> Draw(params TimelineSpan[] spans) =>
        [.. TimelineDrawing.Draw(spans, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), 10).Select(row => string.Concat(row.Cells.Select(cell => cell is { } c ? $"{c.Frame}" : " ")))];
}
