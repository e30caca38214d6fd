namespace FlashDrive.World.Rendering;

/// <summary>A place on the ground with a heading, in which shapes are described as forward and left metres.</summary>
internal readonly struct Frame
{
    private readonly float _x, _y;

    public Frame(double x, double y, double yaw)
    {
        _x = (float)x;
        _y = (float)y;
        (Sin, Cos) = ((float, float))Math.SinCos(yaw);
    }

    public float Sin { get; }

    public float Cos { get; }

    public float X(float forward, float left) => _x + forward * Cos - left * Sin;

    public float Y(float forward, float left) => _y + forward * Sin + left * Cos;
}
