using FlashDrive.Driving;
using FlashDrive.Service.Drive.Pipelined;

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

    /// <summary>Whether <see cref="Refresh"/> draws anything: making a picture of the engine's state costs something.</summary>
    bool IsLive => false;

    /// <summary>Draws a pipelined drive's state.</summary>
    void Refresh(DriveSnapshot snapshot)
    {
    }

    void End(DriveSummary summary);
}
