namespace FlashDrive.World.Roads;

/// <summary>
/// The cross-section of the road as seen from the middle of the ego's lane (d = 0, positive to the left, metres). Every road
/// has two lanes; what differs is where the ego drives and which way the other lane goes.
/// </summary>
internal sealed class LaneLayout
{
    public const double LaneWidth = 3.5;
    public const double Shoulder = 0.6;
    public const double Pavement = 2.2;

    public static readonly LaneLayout TwoWay = new(LaneWidth, true);

    public static readonly LaneLayout OneWayRight = new(LaneWidth, false);

    public static readonly LaneLayout OneWayLeft = new(-LaneWidth, false);

    private LaneLayout(double otherLane, bool isTwoWay)
    {
        OtherLane = otherLane;
        IsTwoWay = isTwoWay;
    }

    /// <summary>Middle of the other lane.</summary>
    public double OtherLane { get; }

    /// <summary>The other lane is for oncoming traffic.</summary>
    public bool IsTwoWay { get; }

    /// <summary>The line between the two lanes.</summary>
    public double Divider => OtherLane / 2;

    public double LeftEdge => Math.Max(0, OtherLane) + LaneWidth / 2 + Shoulder;

    public double RightEdge => Math.Min(0, OtherLane) - LaneWidth / 2 - Shoulder;
}
