using FlashDrive.World.Agents;

namespace FlashDrive.World.Rendering;

/// <summary>Paints a car or van, its wheels, lamps and shadow. Lamps are somewhat larger than life so that a small picture shows them.</summary>
internal static class VehiclePainter
{
    private static readonly Rgb Tyre = new(22, 22, 24);
    private static readonly Rgb Glass = new(34, 42, 52);
    private static readonly Rgb BrakeLamp = new(255, 24, 18);
    private static readonly Rgb TailLamp = new(118, 22, 24);
    private static readonly Rgb HeadLamp = new(255, 250, 222);
    private static readonly Rgb Indicator = new(255, 164, 0);

    /// <param name="headLamps">Head lamps shine whatever the light.</param>
    internal readonly record struct Lamps(bool Braking, int Indicator, bool HeadLamps);

    public static void PaintShadow(View view, in Frame frame, in Body body)
    {
        float l = (float)body.Length / 2 + 0.15f, w = (float)body.Width / 2 + 0.15f;
        view.Ground([(frame.X(l, w), frame.Y(l, w)), (frame.X(l, -w), frame.Y(l, -w)), (frame.X(-l, -w), frame.Y(-l, -w)), (frame.X(-l, w), frame.Y(-l, w))], GroundMaterial.Shadow);
    }

    public static void Paint(View view, in Frame frame, in Body body, Lamps lamps, ObjectClass objectClass)
    {
        float l = (float)body.Length, w = (float)body.Width, h = (float)body.Height;
        var waist = body.IsTall ? 0.55f * h : 0.58f * h;
        view.Box(frame, 0, 0, 0.28f, l, w, waist - 0.28f, body.Colour, objectClass);
        float cabin = body.IsTall ? 0.86f * l : 0.52f * l, back = body.IsTall ? -0.06f * l : -0.08f * l;
        view.Box(frame, back, 0, waist, cabin, w - 0.12f, h - waist - 0.14f, Glass, objectClass);
        view.Box(frame, back, 0, h - 0.14f, cabin - 0.1f, w - 0.14f, 0.14f, body.Colour, objectClass);
        view.Box(frame, 0, 0, 0.28f, l + 0.08f, w - 0.2f, 0.2f, Tyre, objectClass);
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            foreach (var axle in (ReadOnlySpan<float>)[-0.31f, 0.31f])
                view.Face(frame, axle * l - 0.34f, side * (w / 2 + 0.02f), axle * l + 0.34f, side * (w / 2 + 0.02f), 0, 0.64f, Tyre, objectClass);
        }
        var up = body.IsTall ? 0.95f : 0.82f;
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            if (lamps.Braking) view.Ball(frame, -l / 2 - 0.03f, side * 0.37f * w, up, 0.23f, BrakeLamp, ObjectClass.BrakeLight, glow: true);
            else view.Ball(frame, -l / 2 - 0.03f, side * 0.38f * w, up, 0.13f, TailLamp, objectClass, glow: view.IsDusk);
            if (lamps.HeadLamps || view.IsDusk) view.Ball(frame, l / 2 + 0.03f, side * 0.36f * w, 0.68f, 0.2f, HeadLamp, objectClass, glow: true);
        }
        if (lamps.Braking) view.Ball(frame, back - cabin / 2 - 0.04f, 0, h - 0.22f, 0.14f, BrakeLamp, ObjectClass.BrakeLight, glow: true);
        if (lamps.Indicator == 0) return;
        var at = lamps.Indicator * 0.47f * w;
        view.Ball(frame, -l / 2 - 0.03f, at, up + 0.02f, 0.2f, Indicator, objectClass, glow: true);
        view.Ball(frame, l / 2 + 0.03f, at, 0.72f, 0.18f, Indicator, objectClass, glow: true);
    }
}
