using FlashDrive.World.Agents;

namespace FlashDrive.World.Rendering;

/// <summary>Paints walkers, cones, signs, signals, barriers, houses and trees.</summary>
internal static class PropPainter
{
    private static readonly Rgb Skin = new(222, 176, 144);
    private static readonly Rgb Pole = new(84, 88, 92);
    private static readonly Rgb Dark = new(18, 20, 22);
    private static readonly Rgb SignYellow = new(255, 208, 0);
    private static readonly Rgb BarrierRed = new(206, 34, 44);
    private static readonly Rgb BarrierWhite = new(240, 240, 238);
    private static readonly Rgb Concrete = new(150, 150, 152);
    private static readonly Rgb Trunk = new(86, 66, 48);
    private static readonly Rgb Window = new(58, 70, 86);
    private static readonly Rgb LitWindow = new(255, 214, 130);

    /// <param name="frame">Forward is where the walker looks.</param>
    /// <param name="stride">−1..1.</param>
    public static void PaintWalker(View view, in Frame frame, in Body body, float stride, ObjectClass objectClass)
    {
        // Somewhat larger than life, as lamps are: somebody 40 m away must be more than a speck.
        var h = (float)body.Height * 1.22f;
        view.Box(frame, 0.34f * stride, 0.16f, 0, 0.28f, 0.28f, 0.48f * h, body.Second, objectClass, important: true);
        view.Box(frame, -0.34f * stride, -0.16f, 0, 0.28f, 0.28f, 0.48f * h, body.Second, objectClass, important: true);
        view.Box(frame, 0, 0, 0.42f * h, 0.58f, 0.80f, 0.44f * h, body.Colour, objectClass, important: true);
        view.Ball(frame, 0, 0, 0.93f * h, 0.22f, Skin, objectClass, squash: 1.15f);
    }

    public static void PaintCone(View view, float x, float y, in Body body)
    {
        var frame = view.Facing(x, y);
        var h = (float)body.Height;
        view.Flat(frame, [(0, 0.32f, 0), (0, -0.32f, 0), (0, -0.06f, h), (0, 0.06f, h)], body.Colour, ObjectClass.Cone, important: true);
        view.Flat(frame, [(-0.02f, 0.20f, 0.42f * h), (-0.02f, -0.20f, 0.42f * h), (-0.02f, -0.135f, 0.66f * h), (-0.02f, 0.135f, 0.66f * h)], body.Second, ObjectClass.Cone);
    }

    /// <param name="frame">Forward is the way the traffic goes that reads it.</param>
    /// <param name="side">+1: points left.</param>
    public static void PaintChevron(View view, in Frame frame, int side)
    {
        view.Face(frame, 0, 0.85f, 0, -0.85f, 0.8f, 2.2f, SignYellow, ObjectClass.CurveSign, important: true);
        foreach (var shift in (ReadOnlySpan<float>)[-0.42f, 0.38f])
        {
            float tip = side * 0.36f, tail = -side * 0.12f;
            view.Flat(frame, [(-0.03f, shift + tip, 1.5f), (-0.03f, shift + tail, 2.1f), (-0.03f, shift + tail - side * 0.26f, 2.1f), (-0.03f, shift + tip - side * 0.26f, 1.5f)], Dark, ObjectClass.CurveSign);
            view.Flat(frame, [(-0.03f, shift + tip, 1.5f), (-0.03f, shift + tail, 0.9f), (-0.03f, shift + tail - side * 0.26f, 0.9f), (-0.03f, shift + tip - side * 0.26f, 1.5f)], Dark, ObjectClass.CurveSign);
        }
        view.Box(frame, 0.1f, 0, 0, 0.1f, 0.1f, 0.8f, Pole, ObjectClass.None);
    }

    /// <summary>A three-lamp signal head that looks back at the traffic.</summary>
    /// <param name="bottom">Height of its lower edge.</param>
    public static void PaintSignalHead(View view, in Frame frame, float left, float bottom, LampColour lit)
    {
        view.Box(frame, 0, left, bottom, 0.3f, 0.72f, 1.9f, Dark, ObjectClass.None);
        for (var lamp = LampColour.Red; lamp <= LampColour.Green; lamp++)
        {
            var up = bottom + 1.58f - 0.63f * (int)lamp;
            if (lamp == lit) view.Ball(frame, -0.2f, left, up, 0.32f, Colour(lamp), Class(lamp), glow: true);
            else view.Ball(frame, -0.2f, left, up, 0.22f, Colour(lamp) * 0.16f, ObjectClass.None);
        }
    }

    public static void PaintPole(View view, in Frame frame, float left, float height) => view.Box(frame, 0.15f, left, 0, 0.18f, 0.18f, height, Pole, ObjectClass.None);

    public static void PaintArm(View view, in Frame frame, float left0, float left1, float up) =>
        view.Face(frame, 0.15f, left0, 0.15f, left1, up, up + 0.18f, Pole, ObjectClass.None);

    /// <summary>A wall along the road whose head is striped red and white.</summary>
    public static void PaintBarrier(View view, in Frame frame, float length, float rightEdge, float leftEdge)
    {
        var width = leftEdge - rightEdge;
        view.Box(frame, length / 2, rightEdge + width / 2, 0, length, width, 1.05f, Concrete, ObjectClass.Barrier);
        const int stripes = 6;
        for (var i = 0; i < stripes; i++)
        {
            view.Face(frame, -0.05f, rightEdge + width * i / stripes, -0.05f, rightEdge + width * (i + 1) / stripes, 0.1f, 1.3f,
                (i % 2 == 0 ? BarrierRed : BarrierWhite) * (view.IsDusk ? 0.7f : 1), ObjectClass.Barrier, important: true);
        }
    }

    public static void PaintTree(View view, float x, float y, in Scenes.Tree tree)
    {
        var frame = view.Facing(x, y);
        float h = (float)tree.Height, r = (float)tree.Radius;
        view.Flat(frame, [(0, 0.16f, 0), (0, -0.16f, 0), (0, -0.12f, 0.5f * h), (0, 0.12f, 0.5f * h)], Trunk * (view.IsDusk ? 0.5f : 0.9f), ObjectClass.None);
        var leaves = tree.Colour * (view.IsDusk ? 0.5f : 1);
        if (tree.IsConifer)
        {
            view.Flat(frame, [(0, r, 0.2f * h), (0, -r, 0.2f * h), (0, 0, 0.7f * h)], leaves, ObjectClass.None);
            view.Flat(frame, [(-0.1f, 0.75f * r, 0.5f * h), (-0.1f, -0.75f * r, 0.5f * h), (-0.1f, 0, h)], leaves * 1.12f, ObjectClass.None);
            return;
        }
        view.Ball(frame, 0, 0.35f * r, 0.62f * h, r * 0.8f, tree.Colour, ObjectClass.None);
        view.Ball(frame, 0.1f, -0.4f * r, 0.68f * h, r * 0.75f, tree.Colour * 0.85f, ObjectClass.None);
        view.Ball(frame, -0.2f, 0, 0.82f * h, r * 0.8f, tree.Colour * 1.12f, ObjectClass.None);
    }

    /// <param name="roadSide">Side of the building on which the road runs: −1 right, +1 left.</param>
    public static void PaintBuilding(View view, in Frame frame, in Scenes.Building building, int roadSide, bool windows)
    {
        float l = (float)building.Length, w = (float)building.Depth, h = (float)building.Height;
        view.Box(frame, 0, 0, 0, l, w, h, building.Colour, ObjectClass.None);
        if (!windows) return;
        for (var floor = 0; floor < building.Floors; floor++)
        {
            var bottom = 1.0f + floor * 3.0f;
            var side = roadSide * (w / 2 + 0.05f);
            var lit = view.IsDusk && (building.LitPattern >> floor & 1) != 0;
            var colour = lit ? LitWindow * 0.9f : Window * (view.IsDusk ? 0.5f : 1);
            const int panes = 3;
            for (var i = 0; i < panes; i++)
            {
                var from = -l / 2 + l * (i + 0.2f) / panes;
                view.Face(frame, from, side, from + 0.6f * l / panes, side, bottom, bottom + 1.5f, colour, ObjectClass.None);
            }
            view.Face(frame, -l / 2 - 0.05f, -0.32f * w, -l / 2 - 0.05f, 0.32f * w, bottom, bottom + 1.5f, colour, ObjectClass.None);
        }
    }

    private static Rgb Colour(LampColour lamp) => lamp switch
    {
        LampColour.Red => new(255, 36, 24),
        LampColour.Amber => new(255, 186, 0),
        _ => new(30, 255, 120),
    };

    private static ObjectClass Class(LampColour lamp) => lamp switch
    {
        LampColour.Red => ObjectClass.RedLamp,
        LampColour.Amber => ObjectClass.AmberLamp,
        _ => ObjectClass.GreenLamp,
    };
}
