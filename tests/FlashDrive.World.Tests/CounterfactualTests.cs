namespace FlashDrive.World.Tests;

[Collection(SampledWindows.Collection)]
public sealed class CounterfactualTests(SampledWindows windows)
{
    private const int Width = 160, Height = 96;

    [Fact]
    public void A_red_light_repainted_green_makes_the_expert_drive_on()
    {
        var red = windows.Of(Cause.RedLight).Where(w => w.LightIsOnlyConstraint).ToArray();
        Assert.InRange(red.Length, 15, 25);
        Assert.All(red, w =>
        {
            var green = w.RepaintedGreen()!;
            Assert.Equal((Cause.GreenLight, Manoeuvre.Accelerate), (green.Cause, green.Manoeuvre));
            Assert.True(green.Future.End.X - w.Future.End.X > 15, $"seed {w.Seed}: {w.Future.End.X} -> {green.Future.End.X}");
        });
    }

    [Fact]
    public void Repainting_changes_the_lamps_in_every_frame_and_nothing_else()
    {
        foreach (var window in windows.Of(Cause.RedLight).Take(6))
        {
            var green = window.RepaintedGreen()!;
            for (var frame = 0; frame < DrivingWindow.Frames; frame++)
            {
                var (before, wasClass) = Picture(window, 6, frame);
                var (after, isClass) = Picture(green, 6, frame);
                Assert.DoesNotContain((byte)ObjectClass.RedLamp, isClass);
                Assert.Contains((byte)ObjectClass.RedLamp, wasClass);
                Assert.Contains((byte)ObjectClass.GreenLamp, isClass);
                // Lamps change between lit and dark; the dark ones count as nothing in the mask.
                Assert.All(Differing(before, after), i => Assert.True(
                    wasClass[i] is (byte)ObjectClass.RedLamp or (byte)ObjectClass.None && isClass[i] is (byte)ObjectClass.GreenLamp or (byte)ObjectClass.None));
                Assert.InRange(Differing(before, after).Count(), 2, Width * Height / 40);
            }
        }
    }

    [Fact]
    public void Without_the_lead_another_cause_is_named_and_the_expert_goes_further()
    {
        var led = windows.Of(Cause.LeadBraking, Cause.SteadyLead).ToArray();
        Assert.All(led, w =>
        {
            var without = w.WithoutLead()!;
            Assert.DoesNotContain(without.Cause, new[] { Cause.LeadBraking, Cause.SteadyLead });
            Assert.True(without.Future.End.X - w.Future.End.X >= 7, $"seed {w.Seed}");
        });
    }

    [Fact]
    public void A_lead_that_only_stands_by_can_be_removed_without_changing_what_is_said()
    {
        var bystanders = windows.Exam.Where(w => w.Distractors.Contains(Cause.SteadyLead)).ToArray();
        Assert.InRange(bystanders.Length, 15, SampledWindows.Count);
        Assert.All(bystanders, w => Assert.Equal(w.Sentence, w.WithoutLead()!.Sentence));
    }

    [Fact]
    public void Removing_a_lead_changes_only_its_own_pixels_and_its_shadow()
    {
        foreach (var window in windows.Of(Cause.SteadyLead).Take(6))
        {
            var without = window.WithoutLead()!;
            foreach (var camera in window.CameraIndices)
            {
                var (before, classes) = Picture(window, camera, 3);
                var (after, _) = Picture(without, camera, 3);
                Assert.All(Differing(before, after), i => Assert.Contains((ObjectClass)classes[i], new[] { ObjectClass.LeadVehicle, ObjectClass.Road }));
            }
        }
    }

    [Fact]
    public void A_window_without_lead_or_red_light_has_no_such_counterfactual()
    {
        var clear = windows.Of(Cause.ClearRoad).First();
        Assert.Null(clear.RepaintedGreen());
        Assert.Null(clear.WithoutLead());
        Assert.False(clear.LightIsOnlyConstraint);
    }

    private static (byte[] Rgb, byte[] Classes) Picture(DrivingWindow window, int camera, int frame)
    {
        var rgb = new byte[Width * Height * 3];
        var classes = new byte[Width * Height];
        window.Render(camera, frame, Width, Height, rgb, classes);
        return (rgb, classes);
    }

    private static IEnumerable<int> Differing(byte[] a, byte[] b) =>
        Enumerable.Range(0, a.Length / 3).Where(i => a[3 * i] != b[3 * i] || a[3 * i + 1] != b[3 * i + 1] || a[3 * i + 2] != b[3 * i + 2]);
}
