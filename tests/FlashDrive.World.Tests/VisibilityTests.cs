namespace FlashDrive.World.Tests;

[Collection(SampledWindows.Collection)]
public sealed class VisibilityTests(SampledWindows windows)
{
    [Theory]
    [InlineData(Cause.PedestrianCrossing, ObjectClass.PedestrianCrossing, 14)]
    [InlineData(Cause.RedLight, ObjectClass.RedLamp, 6)]
    [InlineData(Cause.LeadBraking, ObjectClass.BrakeLight, 8)]
    [InlineData(Cause.CutIn, ObjectClass.CutInCar, 60)]
    [InlineData(Cause.Oncoming, ObjectClass.OncomingCar, 16)]
    [InlineData(Cause.Cones, ObjectClass.Cone, 14)]
    [InlineData(Cause.ParkedCar, ObjectClass.ParkedCar, 30)]
    [InlineData(Cause.SteadyLead, ObjectClass.LeadVehicle, 40)]
    [InlineData(Cause.Curve, ObjectClass.CurveSign, 16)]
    [InlineData(Cause.GreenLight, ObjectClass.GreenLamp, 6)]
    public void A_named_cause_is_seen_in_the_newest_pictures(Cause cause, ObjectClass shown, int leastPixels) =>
        Assert.All(windows.Of(cause), w => Assert.InRange(Count(w, shown), leastPixels, int.MaxValue));

    [Fact]
    public void A_clear_road_shows_nothing_that_would_constrain()
    {
        ObjectClass[] constraining =
        [
            ObjectClass.PedestrianCrossing, ObjectClass.RedLamp, ObjectClass.GreenLamp, ObjectClass.BrakeLight, ObjectClass.CutInCar,
            ObjectClass.Cone, ObjectClass.ParkedCar, ObjectClass.LeadVehicle, ObjectClass.CurveSign, ObjectClass.Barrier,
        ];
        Assert.All(windows.Of(Cause.ClearRoad), w => Assert.All(constraining, c => Assert.Equal(0, Count(w, c))));
    }

    [Fact]
    public void Green_is_named_only_when_nothing_stronger_is_visible() =>
        Assert.All(windows.Exam.Where(w => Count(w, ObjectClass.GreenLamp) >= 6), w => Assert.InRange(w.Cause, Cause.PedestrianCrossing, Cause.GreenLight));

    private static int Count(DrivingWindow window, ObjectClass shown)
    {
        var classes = new byte[160 * 96];
        return window.CameraIndices.Sum(camera =>
        {
            window.Render(camera, 3, 160, 96, [], classes);
            return classes.Count(c => c == (byte)shown);
        });
    }
}
