using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>What the user sees while a drive runs.</summary>
public interface IDriveView : IDisposable
{
    /// <summary>A line about what is going on before, between or after the plans.</summary>
    void Say(string line);

    /// <summary>Shows how far something long has come.</summary>
    IProgress<double> Progress(string what);

    void Begin(DriveSetup setup);

    void Show(PlanRecord record, DriveStatistics soFar);

    void Show(RefusedFrame refused);

    void End(DriveSummary summary);
}
