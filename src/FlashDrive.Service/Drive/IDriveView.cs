using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>What the user sees while a drive runs.</summary>
public interface IDriveView : IDisposable
{
    void Begin(DriveSetup setup);

    void Show(PlanRecord record, DriveStatistics soFar);

    void Show(RefusedFrame refused);

    void End(DriveSummary summary);
}
