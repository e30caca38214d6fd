using FlashDrive.Driving;

namespace FlashDrive.World.Rendering;

/// <summary>
/// A camera at a moment, and the drawing verbs of the world: ground polygons, boxes, quads, discs, given in world metres.
/// Objects are coloured flat per face, dimmed by the light and lost in the haze with distance.
/// </summary>
internal sealed class View(Canvas canvas)
{
    private const float Near = 0.3f;
    private const int MaxCorners = 12;

    private readonly Canvas _canvas = canvas;
    private readonly uint[][] _rowColours = new uint[GroundMaterials.Count][];
    private float[] _rowHaze = [];
    private float _focal, _centreX, _centreY;
    private float _sinYaw, _cosYaw, _sinPitch, _cosPitch;
    private float _eyeX, _eyeY, _eyeZ;
    private Lighting _light = Lighting.Day;

    /// <summary>Points the camera and paints sky and ground.</summary>
    public void Begin(CameraMount mount, Pose ego, Lighting light, int width, int height)
    {
        _canvas.Begin(width, height);
        _light = light;
        _focal = (float)(width / 2.0 / Math.Tan(mount.HorizontalFieldOfView / 2));
        _centreX = width / 2f;
        _centreY = height / 2f;
        var egoYaw = ego.Rotation.Yaw;
        var (sin, cos) = Math.SinCos(egoYaw);
        _eyeX = (float)(ego.Position.X + cos * mount.X - sin * mount.Y);
        _eyeY = (float)(ego.Position.Y + sin * mount.X + cos * mount.Y);
        _eyeZ = (float)mount.Z;
        (_sinYaw, _cosYaw) = ((float, float))Math.SinCos(egoYaw + mount.Yaw);
        (_sinPitch, _cosPitch) = ((float, float))Math.SinCos(mount.Pitch);
        if (_rowHaze.Length < height) _rowHaze = new float[height];
        for (var row = 0; row < height; row++)
        {
            // Slope of the ray through the row's centre: below the horizon it meets the ground at a distance that is the same along the row.
            var v = (row + 0.5f - _centreY) / _focal;
            var down = v * _cosPitch - _sinPitch;
            var forward = _cosPitch + v * _sinPitch;
            if (down <= 0.001f)
            {
                _rowHaze[row] = 1;
                _canvas.Row(row).Fill(light.Sky(-down / forward).Pack(ObjectClass.None));
            }
            else
            {
                _rowHaze[row] = light.Haze(_eyeZ * forward / down);
                _canvas.Row(row).Fill(Rgb.Lerp(light.Ground, light.Horizon, _rowHaze[row]).Pack(ObjectClass.None));
            }
        }
        for (var m = 0; m < GroundMaterials.Count; m++)
        {
            if (_rowColours[m] is null || _rowColours[m].Length < height) _rowColours[m] = new uint[height];
            var lit = GroundMaterials.Colour((GroundMaterial)m) * light.Ambient;
            var objectClass = GroundMaterials.Class((GroundMaterial)m);
            for (var row = 0; row < height; row++) _rowColours[m][row] = Rgb.Lerp(lit, light.Horizon, _rowHaze[row]).Pack(objectClass);
        }
    }

    public bool IsDusk => _light.IsDusk;

    /// <summary>A frame at a point whose forward axis looks away from the camera: for shapes that always face it.</summary>
    public Frame Facing(float x, float y) => new(x, y, MathF.Atan2(y - _eyeY, x - _eyeX));

    /// <summary>Whether a ball may be seen.</summary>
    public bool Sees(float x, float y, float z, float radius)
    {
        var p = ToCamera(x, y, z);
        if (p.Z < -radius || p.Z > Lighting.FarMetres + radius) return false;
        var reach = p.Z + radius;
        return MathF.Abs(p.X) <= reach * _centreX / _focal + 1.5f * radius && MathF.Abs(p.Y) <= reach * _centreY / _focal + 1.5f * radius;
    }

    /// <summary>A convex polygon on the ground, any winding.</summary>
    public void Ground(ReadOnlySpan<(float X, float Y)> corners, GroundMaterial material)
    {
        Span<Point> points = stackalloc Point[MaxCorners];
        for (var i = 0; i < corners.Length; i++) points[i] = ToCamera(corners[i].X, corners[i].Y, 0);
        Span<float> x = stackalloc float[MaxCorners], y = stackalloc float[MaxCorners];
        var count = Project(points[..corners.Length], x, y);
        if (count > 0) _canvas.FillGround(x[..count], y[..count], _rowColours[(int)material]);
    }

    /// <summary>A box turned about the vertical; faces that look away are skipped.</summary>
    public void Box(in Frame frame, float forward, float left, float bottom, float length, float width, float height, Rgb colour, ObjectClass objectClass, bool important = false)
    {
        float l = length / 2, w = width / 2, top = bottom + height;
        var dx = _eyeX - frame.X(forward, left);
        var dy = _eyeY - frame.Y(forward, left);
        var along = dx * frame.Cos + dy * frame.Sin;
        var across = -dx * frame.Sin + dy * frame.Cos;
        if (along > l) Face(frame, forward + l, left + w, forward + l, left - w, bottom, top, colour * _light.Facing(frame.Cos, frame.Sin), objectClass, important);
        if (along < -l) Face(frame, forward - l, left - w, forward - l, left + w, bottom, top, colour * _light.Facing(-frame.Cos, -frame.Sin), objectClass, important);
        if (across > w) Face(frame, forward - l, left + w, forward + l, left + w, bottom, top, colour * _light.Facing(-frame.Sin, frame.Cos), objectClass, important);
        if (across < -w) Face(frame, forward + l, left - w, forward - l, left - w, bottom, top, colour * _light.Facing(frame.Sin, -frame.Cos), objectClass, important);
        if (_eyeZ > top)
        {
            Span<Point> points =
            [
                At(frame, forward - l, left - w, top), At(frame, forward - l, left + w, top), At(frame, forward + l, left + w, top), At(frame, forward + l, left - w, top),
            ];
            Polygon(points, colour * _light.Top, objectClass, important);
        }
    }

    /// <summary>A vertical rectangle between two ground points of a frame.</summary>
    public void Face(in Frame frame, float forward0, float left0, float forward1, float left1, float bottom, float top, Rgb colour, ObjectClass objectClass, bool important = false)
    {
        Span<Point> points = [At(frame, forward0, left0, bottom), At(frame, forward1, left1, bottom), At(frame, forward1, left1, top), At(frame, forward0, left0, top)];
        Polygon(points, colour, objectClass, important);
    }

    /// <summary>A flat polygon of up to eight corners (forward, left, up) of a frame, seen from both sides.</summary>
    public void Flat(in Frame frame, ReadOnlySpan<(float Forward, float Left, float Up)> corners, Rgb colour, ObjectClass objectClass, bool important = false)
    {
        Span<Point> points = stackalloc Point[corners.Length];
        for (var i = 0; i < corners.Length; i++) points[i] = At(frame, corners[i].Forward, corners[i].Left, corners[i].Up);
        Polygon(points, colour, objectClass, important);
    }

    /// <summary>A ball, or with <paramref name="glow"/> a lamp: unlit by the sun, hazed half, never smaller than one grain.</summary>
    public void Ball(in Frame frame, float forward, float left, float up, float radius, Rgb colour, ObjectClass objectClass, bool glow = false, float squash = 1)
    {
        var p = At(frame, forward, left, up);
        if (p.Z < Near || p.Z > Lighting.FarMetres) return;
        var inverse = 1 / p.Z;
        var r = radius * _focal * inverse;
        if (glow) r = MathF.Max(r, 0.62f * _canvas.Grain);
        var haze = _light.Haze(p.Z) * (glow ? 0.4f : 1);
        var lit = glow ? colour : colour * _light.Facing(-_cosYaw, -_sinYaw);
        // Lamps sit on a surface: a small lift in depth keeps them in front of it.
        _canvas.FillDisc(_centreX + p.X * inverse * _focal, _centreY + p.Y * inverse * _focal, r, r * squash, inverse * (glow ? 1.03f : 1),
            Rgb.Lerp(lit, _light.Horizon, haze).Pack(objectClass));
    }

    private void Polygon(ReadOnlySpan<Point> points, Rgb colour, ObjectClass objectClass, bool important)
    {
        Span<float> x = stackalloc float[MaxCorners], y = stackalloc float[MaxCorners];
        var count = Project(points, x, y);
        if (count == 0) return;
        // The plane n·p = k of the polygon gives the inverse depth of the ray (u, v, 1) as n·(u, v, 1) / k.
        var e1 = points[1] - points[0];
        var e2 = points[2] - points[0];
        float nx = e1.Y * e2.Z - e1.Z * e2.Y, ny = e1.Z * e2.X - e1.X * e2.Z, nz = e1.X * e2.Y - e1.Y * e2.X;
        var k = nx * points[0].X + ny * points[0].Y + nz * points[0].Z;
        if (MathF.Abs(k) < 1e-6f) return;
        float a = nx / (k * _focal), b = ny / (k * _focal), c = nz / k - a * _centreX - b * _centreY;
        var centre = Point.Zero;
        foreach (var p in points) centre += p;
        centre *= 1f / points.Length;
        var packed = Rgb.Lerp(colour, _light.Horizon, _light.Haze(MathF.Max(centre.Z, 0))).Pack(objectClass);
        if (_canvas.Fill(x[..count], y[..count], a, b, c, packed) || !important || centre.Z < Near) return;
        _canvas.FillGrain(_centreX + centre.X / centre.Z * _focal, _centreY + centre.Y / centre.Z * _focal, 1 / centre.Z, packed);
    }

    /// <summary>Clips at the near plane and projects; 0 corners when nothing is left or all of it is outside the picture.</summary>
    private int Project(ReadOnlySpan<Point> points, Span<float> x, Span<float> y)
    {
        var count = 0;
        var previous = points[^1];
        foreach (var point in points)
        {
            if (point.Z >= Near != previous.Z >= Near)
            {
                var t = (Near - previous.Z) / (point.Z - previous.Z);
                x[count] = _centreX + (previous.X + (point.X - previous.X) * t) / Near * _focal;
                y[count++] = _centreY + (previous.Y + (point.Y - previous.Y) * t) / Near * _focal;
            }
            if (point.Z >= Near)
            {
                x[count] = _centreX + point.X / point.Z * _focal;
                y[count++] = _centreY + point.Y / point.Z * _focal;
            }
            previous = point;
        }
        if (count < 3) return 0;
        float minX = x[0], maxX = x[0];
        for (var i = 1; i < count; i++)
        {
            minX = MathF.Min(minX, x[i]);
            maxX = MathF.Max(maxX, x[i]);
        }
        return maxX <= 0 || minX >= _canvas.Width ? 0 : count;
    }

    private Point At(in Frame frame, float forward, float left, float up) => ToCamera(frame.X(forward, left), frame.Y(forward, left), up);

    /// <summary>Camera axes: x right, y down, z forward.</summary>
    private Point ToCamera(float x, float y, float z)
    {
        float dx = x - _eyeX, dy = y - _eyeY, dz = z - _eyeZ;
        var ahead = dx * _cosYaw + dy * _sinYaw;
        return new(dx * _sinYaw - dy * _cosYaw, ahead * _sinPitch - dz * _cosPitch, ahead * _cosPitch + dz * _sinPitch);
    }

    private readonly record struct Point(float X, float Y, float Z)
    {
        public static readonly Point Zero = default;

        public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Point operator -(Point a, Point b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        public static Point operator *(Point a, float s) => new(a.X * s, a.Y * s, a.Z * s);
    }
}
