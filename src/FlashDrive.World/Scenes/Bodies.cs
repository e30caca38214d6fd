using FlashDrive.World.Agents;
using FlashDrive.World.Rendering;

namespace FlashDrive.World.Scenes;

/// <summary>Sizes and colours of what stands or moves on the road.</summary>
internal static class Bodies
{
    private static readonly Rgb[] Paints =
    [
        new(214, 216, 220), new(36, 38, 42), new(128, 132, 138), new(44, 74, 132), new(92, 112, 96), new(186, 174, 140), new(70, 96, 116), new(98, 62, 50),
    ];

    private static readonly Rgb[] Coats = [new(255, 60, 146), new(255, 222, 64), new(74, 124, 255), new(190, 96, 240)];

    private static readonly Rgb[] Trousers = [new(24, 26, 44), new(46, 36, 30), new(34, 44, 88)];

    public static Body Car(Draws draws)
    {
        var tall = draws.Chance(0.25);
        return new(tall ? draws.Between(4.9, 5.8) : draws.Between(4.1, 4.8), tall ? 1.98 : 1.84, tall ? draws.Between(2.0, 2.4) : draws.Between(1.42, 1.7),
            draws.Pick<Rgb>(Paints), new(30, 36, 44), tall);
    }

    public static Body Walker(Draws draws) => new(0.55, 0.6, draws.Between(1.65, 1.85), draws.Pick<Rgb>(Coats), draws.Pick<Rgb>(Trousers), true);

    public static Body Cone() => new(0.5, 0.5, 0.95, new(255, 112, 16), new(250, 246, 240), true);

    public static Body Light() => new(0.3, 0.3, 3.2, new(26, 28, 30), new(26, 28, 30), true);
}
