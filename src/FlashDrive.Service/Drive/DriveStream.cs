using FlashDrive.Driving;
using FlashDrive.Inference.Admission;

namespace FlashDrive.Service.Drive;

/// <summary>A stream of a drive and the frames it brings.</summary>
/// <param name="Frames">Each with its fate when a log is replayed.</param>
internal sealed record DriveStream(string Name, ulong Seed, IEnumerable<(FrameBundle Bundle, FrameFate? Fate)> Frames)
{
    public static string NameOf(int index) => FormattableString.Invariant($"s{index}");
}
