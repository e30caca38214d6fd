using FlashDrive.Driving.Motion;

namespace FlashDrive.Driving.Tests.Motion;

/// <summary>One minute of real driving (comma2k19 Example_1) through the pose reader and the interpolation.</summary>
public class RealMinuteTests
{
    private static readonly EgoMotion Minute = PoseFile.Read(Fixtures.At("ego-motion"));

    [Fact]
    public void The_windows_of_the_golden_fixture_come_out_to_float32_rounding()
    {
        long[] seconds100 = [358, 784, 1210, 1636, 2062, 2487, 2913, 3339, 3765, 4191, 4617, 5043];
        var file = Fixtures.At("golden", "actions", "trajectories.safetensors");
        float[] historyXyz = Fixtures.Tensor(file, "history_xyz"), historyRot = Fixtures.Tensor(file, "history_rot");
        float[] futureXyz = Fixtures.Tensor(file, "future_xyz"), futureRot = Fixtures.Tensor(file, "future_rot");
        for (var window = 0; window < seconds100.Length; window++)
        {
            var t0 = Minute.FirstMicroseconds + seconds100[window] * 10_000;
            // The first twelve windows of the fixture are synthetic.
            Compare(Minute.HistoryAt(t0)!.AsSpan(), historyXyz, historyRot, (window + 12) * EgoHistory.Poses);
            Compare(Minute.FutureAt(t0)!.Poses, futureXyz, futureRot, (window + 12) * Trajectory.Points);
        }
    }

    [Fact]
    public void History_and_future_are_one_continuous_path_at_the_recorded_speed()
    {
        var times = NpyFile.Read(Fixtures.At("ego-motion", "frame_times.npy")).Values;
        var velocities = NpyFile.Read(Fixtures.At("ego-motion", "frame_velocities.npy")).Values;
        var compared = 0;
        for (var i = 31; i < times.Length - 129; i++)
        {
            var t0 = (long)Math.Round(times[i] * 1e6);
            EgoHistory history = Minute.HistoryAt(t0)!;
            var future = Minute.FutureAt(t0)!;
            var recorded = new Vec3(velocities[3 * i], velocities[3 * i + 1], velocities[3 * i + 2]).Length;

            // Central difference over the seam between history and future.
            var seam = 1 / 0.2 * (future[0].Position - history[14].Position);
            Assert.InRange(seam.Length - recorded, -0.15, 0.15);
            Assert.InRange(Math.Abs(seam.Y), 0, 0.35);
            Assert.InRange(Math.Abs(future[0].Rotation.Yaw + history[14].Rotation.Yaw), 0, 0.01);
            compared++;
        }
        Assert.Equal(1040, compared);
    }

    [Fact]
    public void Neighbouring_ticks_see_the_same_ground()
    {
        for (var t0 = Minute.FirstMicroseconds + 1_600_000; Minute.FutureAt(t0) is { } future; t0 += 100_000)
        {
            // The first future point of the tick before is this tick's origin.
            var before = Minute.FutureAt(t0 - 100_000)!;
            var shifted = before[1].RelativeTo(before[0]);
            Assert.InRange((shifted.Position - future[0].Position).Length, 0, 1e-9);
        }
    }

    private static void Compare(ReadOnlySpan<Pose> poses, float[] xyz, float[] rot, int first)
    {
        for (var k = 0; k < poses.Length; k++)
        {
            var expected = new Pose(
                new(xyz[3 * (first + k)], xyz[3 * (first + k) + 1], xyz[3 * (first + k) + 2]),
                Rotation.FromMatrix(rot.AsSpan(9 * (first + k), 9)));
            Assert.InRange((poses[k].Position - expected.Position).Length, 0, 1e-5);
            var turn = expected.Rotation.Inverse * poses[k].Rotation;
            Assert.InRange(new Vec3(turn.X, turn.Y, turn.Z).Length, 0, 1e-6);
        }
    }
}
