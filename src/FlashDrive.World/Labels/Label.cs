using FlashDrive.Driving;
using FlashDrive.World.Rendering;
using FlashDrive.World.Simulation;

namespace FlashDrive.World.Labels;

/// <summary>What is named at a moment: the strongest cause that constrains the ego and is visible, and those that only stand by.</summary>
internal sealed record Label(Cause Cause, int Side, bool IsAmber, IReadOnlySet<Cause> Distractors)
{
    /// <summary>Size of the pictures in which a cause must be visible to be named: the model's.</summary>
    public const int Width = 160, Height = 96;

    private const int ClassCount = 32;

    public Manoeuvre Manoeuvre => SentenceGrammar.ManoeuvreFor(Cause, Side);

    /// <summary>Labels moment <paramref name="index"/> of a recording.</summary>
    public static Label Of(Recording recording, ScenePainter painter, int index)
    {
        var situation = Situation.Assess(recording.Scene, recording.Agents(index), recording.Ego(index));
        Span<int> pixels = stackalloc int[ClassCount];
        pixels.Clear();
        foreach (var camera in CameraCatalog.DefaultIndices)
        {
            painter.Paint(CameraMount.Of(camera), recording.EgoPose(index), recording.Ego(index).S, recording.Agents(index),
                recording.StartTime + index * Recording.Step, Width, Height, [], [], pixels);
        }
        Situation.Constraint? found = null;
        var cause = Cause.ClearRoad;
        foreach (var candidate in Enum.GetValues<Cause>())
        {
            if (situation[candidate] is not { } constraint || !IsVisible(candidate, pixels)) continue;
            found = constraint;
            cause = candidate;
            break;
        }
        return new(cause, found?.Side ?? 0, found?.IsAmber ?? false, Bystanders(cause, situation, pixels));
    }

    /// <summary>Whether enough pixels of all four newest pictures show what the sentence would name.</summary>
    private static bool IsVisible(Cause cause, ReadOnlySpan<int> pixels) => cause switch
    {
        Cause.PedestrianCrossing => Count(pixels, ObjectClass.PedestrianCrossing) >= 14,
        Cause.RedLight => Count(pixels, ObjectClass.RedLamp) + Count(pixels, ObjectClass.AmberLamp) >= 6,
        Cause.LeadBraking => Count(pixels, ObjectClass.BrakeLight) >= 8 && Count(pixels, ObjectClass.LeadVehicle) >= 40,
        Cause.CutIn => Count(pixels, ObjectClass.CutInCar) >= 60,
        Cause.Oncoming => Count(pixels, ObjectClass.OncomingCar) >= 16 && Count(pixels, ObjectClass.Barrier) >= 16,
        Cause.Cones => Count(pixels, ObjectClass.Cone) >= 14,
        Cause.ParkedCar => Count(pixels, ObjectClass.ParkedCar) >= 30,
        Cause.SteadyLead => Count(pixels, ObjectClass.LeadVehicle) >= 40,
        Cause.Curve => Count(pixels, ObjectClass.CurveSign) >= 16,
        Cause.GreenLight => Count(pixels, ObjectClass.GreenLamp) >= 6,
        _ => true,
    };

    private static HashSet<Cause> Bystanders(Cause label, Situation situation, ReadOnlySpan<int> pixels)
    {
        var found = new HashSet<Cause>();
        if (label is not (Cause.SteadyLead or Cause.LeadBraking) && Count(pixels, ObjectClass.LeadVehicle) >= 16) found.Add(Cause.SteadyLead);
        if (label != Cause.GreenLight && Count(pixels, ObjectClass.GreenLamp) >= 4) found.Add(Cause.GreenLight);
        if (Count(pixels, ObjectClass.PedestrianOnKerb) >= 8) found.Add(Cause.PedestrianCrossing);
        if (Count(pixels, ObjectClass.NeighbourCar) >= 20) found.Add(Cause.CutIn);
        if (label != Cause.Oncoming && situation[Cause.Oncoming] is null && Count(pixels, ObjectClass.OncomingCar) >= 12) found.Add(Cause.Oncoming);
        return found;
    }

    private static int Count(ReadOnlySpan<int> pixels, ObjectClass objectClass) => pixels[(int)objectClass];
}
