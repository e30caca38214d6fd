using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>Where every end of a frame is counted, written and shown.</summary>
internal sealed class DriveReport(IDriveView view, DriveOutput? output)
{
    private readonly SortedDictionary<string, DriveStatistics> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlanRecord> _last = [];

    public DriveStatistics Total { get; } = new();

    public IReadOnlyDictionary<string, DriveStatistics> Streams => _streams;

    /// <summary>What a stream's view shows: its last plan or fallback, or its last frame while there is none.</summary>
    public PlanRecord? LastOf(string stream) => _last.GetValueOrDefault(stream);

    public void Add(RefusedFrame frame)
    {
        Total.Add(frame);
        view.Show(frame);
    }

    /// <param name="bundle">Null for a fallback.</param>
    public void Add(PlanRecord record, FrameBundle? bundle)
    {
        Total.Add(record);
        if (!_streams.TryGetValue(record.Stream, out var statistics)) _streams.Add(record.Stream, statistics = new());
        statistics.Add(record);
        if (record.Trajectories.Count > 0 || !_last.ContainsKey(record.Stream)) _last[record.Stream] = record;
        output?.Add(record, bundle);
        view.Show(record, Total);
    }
}
