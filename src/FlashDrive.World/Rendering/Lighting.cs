namespace FlashDrive.World.Rendering;

/// <summary>The light of the hour: sky, ground, sun direction and how fast things are lost in the haze.</summary>
internal sealed class Lighting
{
    public const float FarMetres = 190;

    public static readonly Lighting Day = new(false, new(96, 150, 225), new(206, 222, 236), new(92, 134, 70), 1, 0.70f, 0.30f, 140);

    public static readonly Lighting Dusk = new(true, new(38, 42, 84), new(196, 128, 104), new(44, 56, 46), 0.58f, 0.56f, 0.16f, 120);

    private readonly Rgb _zenith;
    private readonly float _shade, _sun, _hazeMetres;

    private Lighting(bool isDusk, Rgb zenith, Rgb horizon, Rgb ground, float ambient, float shade, float sun, float hazeMetres)
    {
        IsDusk = isDusk;
        _zenith = zenith;
        Horizon = horizon;
        Ground = ground;
        Ambient = ambient;
        _shade = shade;
        _sun = sun;
        _hazeMetres = hazeMetres;
    }

    public bool IsDusk { get; }

    public Rgb Horizon { get; }

    public Rgb Ground { get; }

    /// <summary>Brightness of level ground.</summary>
    public float Ambient { get; }

    /// <summary>Brightness of an upward face.</summary>
    public float Top => _shade + _sun;

    /// <summary>Brightness of a vertical face with this outward normal; the sun stands at a fixed bearing.</summary>
    public float Facing(float normalX, float normalY) => _shade + _sun * MathF.Max(0, 0.8f * normalX + 0.6f * normalY) - 0.06f * MathF.Abs(normalY);

    /// <summary>Part of the horizon's colour mixed in at a distance, 0..0.85.</summary>
    public float Haze(float metres)
    {
        var t = metres / (metres + _hazeMetres);
        return MathF.Min(0.85f, 1.25f * t * t);
    }

    /// <summary>Sky colour by the tangent of the elevation.</summary>
    public Rgb Sky(float tangent) => Rgb.Lerp(Horizon, _zenith, MathF.Min(1, tangent * 1.8f));
}
