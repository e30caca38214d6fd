using FlashDrive.Inference.Kv;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

public class FirstLayerTests
{
    /// <summary>They depend on the token alone; wrong slots, orders, positions or feature rows show at once (flashdrive.md §13).</summary>
    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(2, 1, 4, 3, 1)]
    public void Keys_and_values_of_the_first_layer_equal_a_whole_prefill_at_every_slot_in_every_window(params int[] moves)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var rig = new StreamRig();
        var tick = 3L;
        var session = rig.Whole(tick);
        foreach (var inserted in moves)
        {
            tick += inserted;
            var next = rig.Moved(tick, inserted, session);
            session.Dispose();
            session = next;
            using var whole = rig.Whole(tick);
            foreach (var keys in new[] { true, false })
            {
                var (ours, expected) = (StreamRig.Cache(session, keys).select(0, 0), StreamRig.Cache(whole, keys).select(0, 0));
                for (var slot = 0; slot < rig.Layout.Length; slot++)
                {
                    var error = StreamRig.Error(ours.select(1, slot), expected.select(1, slot));
                    Assert.True(error < 2e-6, $"tick {tick}, slot {slot}: {(keys ? "keys" : "values")} off by {error}");
                }
            }
            var (read, wanted) = (session.View.Read(0, rig.Layout.Length), whole.View.Read(0, rig.Layout.Length));
            Assert.True(StreamRig.Error(read.Keys, wanted.Keys) < 2e-6, $"tick {tick}: rotated keys");
        }
        session.Dispose();
    }

    /// <summary>The deeper ones do not: a kept frame was computed when it was the newest one.</summary>
    [Fact]
    public void Deeper_layers_are_an_approximation_that_stays_within_a_bound()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var rig = new StreamRig();
        var session = rig.Whole(3);
        for (var tick = 4; tick < 12; tick++)
        {
            var next = rig.Moved(tick, 1, session);
            session.Dispose();
            session = next;
        }
        using var whole = rig.Whole(11);
        var error = StreamRig.Error(session.LastHidden, whole.LastHidden);
        session.Dispose();
        Assert.InRange(error, 1e-4f, 0.5f);
    }
}
