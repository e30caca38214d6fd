namespace FlashDrive.World.Scenes;

/// <summary>The habits of one driver. They are hidden from the model: they spread the future, never the cause.</summary>
/// <param name="Reaction">Seconds from seeing to acting.</param>
/// <param name="Headway">Wanted time gap to a vehicle ahead, seconds.</param>
/// <param name="Acceleration">Metres per second squared when free.</param>
/// <param name="Braking">Comfortable braking, metres per second squared.</param>
/// <param name="CruiseFactor">Speed wanted on a clear road, relative to the speed at the start.</param>
/// <param name="LateralAcceleration">Metres per second squared accepted in bends.</param>
/// <param name="NudgeMargin">Metres left beside an obstacle.</param>
/// <param name="NudgeSpeedFactor">Speed beside an obstacle relative to before.</param>
/// <param name="StopGap">Metres between the front and the place to stop at.</param>
/// <param name="YieldShift">Metres pulled over when yielding.</param>
internal sealed record DriverProfile(
    double Reaction, double Headway, double Acceleration, double Braking, double CruiseFactor,
    double LateralAcceleration, double NudgeMargin, double NudgeSpeedFactor, double StopGap, double YieldShift)
{
    public static DriverProfile Draw(Draws draws) => new(
        Reaction: draws.Between(0.1, 0.7),
        Headway: draws.Between(0.9, 1.7),
        Acceleration: draws.Between(1.1, 2.1),
        Braking: draws.Between(1.8, 3.4),
        CruiseFactor: draws.Between(1.5, 1.9),
        LateralAcceleration: draws.Between(1.7, 2.7),
        NudgeMargin: draws.Between(0.6, 1.0),
        NudgeSpeedFactor: draws.Between(0.6, 0.8),
        StopGap: draws.Between(0.6, 2.6),
        YieldShift: draws.Between(0.6, 0.85));
}
