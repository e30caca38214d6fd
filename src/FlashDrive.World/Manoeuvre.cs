namespace FlashDrive.World;

/// <summary>What the ego does about a <see cref="Cause"/>; <see cref="ManoeuvreRule"/> says how each looks as a trajectory.</summary>
public enum Manoeuvre
{
    /// <summary>Brake to a standstill and wait.</summary>
    Stop,

    /// <summary>Lose speed without stopping.</summary>
    SlowDown,

    /// <summary>Keep the speed and the distance to a vehicle ahead.</summary>
    Follow,

    /// <summary>Gain speed.</summary>
    Accelerate,

    /// <summary>Pass an obstacle on its left.</summary>
    NudgeLeft,

    /// <summary>Pass an obstacle on its right.</summary>
    NudgeRight,

    /// <summary>Slow down and follow a sharp bend to the left.</summary>
    CurveLeft,

    /// <summary>Slow down and follow a sharp bend to the right.</summary>
    CurveRight,

    /// <summary>Pull over to the right and slow to a crawl or a standstill to let somebody through.</summary>
    Yield,
}
