using FlashDrive.Inference;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>Who was in a stage during one character's share of time.</summary>
public readonly record struct TimelineCell(int Stream, long Frame);

/// <summary>
/// The last moments of the stages as rows of characters, time running to the right and ending now: rows that are filled at the same
/// column ran at the same time.
/// </summary>
public static class TimelineDrawing
{
    /// <returns>A row per stage of the paper: in each cell the frame that took most of it, or null.</returns>
    public static IReadOnlyList<(string Stage, TimelineCell?[] Cells)> Draw(IReadOnlyList<TimelineSpan> spans, TimeSpan now, TimeSpan length, int columns)
    {
        var rows = new List<(string, TimelineCell?[])>(StageNames.All.Count);
        foreach (var stage in StageNames.All) rows.Add((stage, Row(spans, stage, now - length, length / columns, columns)));
        return rows;
    }

    private static TimelineCell?[] Row(IReadOnlyList<TimelineSpan> spans, string stage, TimeSpan start, TimeSpan perCell, int columns)
    {
        var cells = new TimelineCell?[columns];
        var taken = new TimeSpan[columns];
        foreach (var span in spans)
        {
            if (span.Stage != stage) continue;
            var first = Math.Max((int)Math.Floor((span.Started - start) / perCell), 0);
            var last = Math.Min((int)Math.Floor((span.Ended - start) / perCell), columns - 1);
            for (var column = first; column <= last; column++)
            {
                var (from, to) = (start + column * perCell, start + (column + 1) * perCell);
                var share = (span.Ended < to ? span.Ended : to) - (span.Started > from ? span.Started : from);
                if (share <= taken[column]) continue;
                (cells[column], taken[column]) = (new(span.Stream, span.Frame), share);
            }
        }
        return cells;
    }
}
