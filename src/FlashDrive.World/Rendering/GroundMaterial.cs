namespace FlashDrive.World.Rendering;

/// <summary>What the ground is made of. Shadows count as road in the mask: they are cast on it.</summary>
internal enum GroundMaterial { Asphalt, Pavement, WhiteLine, YellowLine, StopLine, Shadow }

internal static class GroundMaterials
{
    public const int Count = 6;

    public static Rgb Colour(GroundMaterial material) => material switch
    {
        GroundMaterial.Asphalt => new(92, 93, 98),
        GroundMaterial.Pavement => new(158, 152, 144),
        GroundMaterial.WhiteLine => new(226, 226, 222),
        GroundMaterial.YellowLine => new(222, 184, 60),
        GroundMaterial.StopLine => new(240, 240, 236),
        _ => new(52, 53, 58),
    };

    public static ObjectClass Class(GroundMaterial material) => material switch
    {
        GroundMaterial.Asphalt or GroundMaterial.Shadow => ObjectClass.Road,
        GroundMaterial.WhiteLine or GroundMaterial.YellowLine => ObjectClass.LaneMarking,
        GroundMaterial.StopLine => ObjectClass.StopLine,
        _ => ObjectClass.None,
    };
}
