using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

/// <summary>
/// With one layer nothing can be stale: keys and values follow from the token alone, and the mask admits exactly what a whole prefill
/// admits. So a moved window equals a whole one in everything (flashdrive.md §13).
/// </summary>
public class OneLayerTests
{
    private const float Rounding = 2e-6f;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_one_layer_model_equals_a_whole_prefill_in_every_window_however_many_ticks_move_in(int inserted)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var rig = new StreamRig(layers: 1);
        var session = rig.Whole(3);
        for (var tick = 3 + inserted; tick < 3 + 5 * inserted; tick += inserted)
        {
            float[] hidden = [], wholeHidden = [];
            var next = rig.Moved(tick, inserted, session, (layer, x) => hidden = layer == 0 ? x.ToArray<float>() : hidden);
            session.Dispose();
            session = next;
            using var whole = rig.Whole(tick, (layer, x) => wholeHidden = layer == 0 ? x.ToArray<float>() : wholeHidden);

            var width = rig.Model.Configuration.Text.Hidden;
            float[] expected = [.. Inference.Kv.WindowRows.Moved(rig.Layout, StreamRig.Frames, inserted).Slots.SelectMany(slot => wholeHidden.Skip(slot * width).Take(width))];
            Close(hidden, expected, $"hidden states of newest frames and tail, tick {tick}");
            Close(session.LastHidden.ToArray<float>(), whole.LastHidden.ToArray<float>(), $"last row, tick {tick}");
            Decode(rig, session, whole);
        }
        session.Dispose();
    }

    private static void Decode(StreamRig rig, ReasoningSession session, ReasoningSession whole)
    {
        var reasoner = new DeliberativeReasonerStage(rig.Language);
        for (var i = 0; i < 4; i++)
        {
            using var ours = reasoner.Score(session);
            using var expected = reasoner.Score(whole);
            Close(ours.Logits.ToArray<float>(), expected.Logits.ToArray<float>(), $"logits of token {i}");
            var token = (int)expected.Logits.argmax(-1).ToArray<long>()[0];
            Assert.Equal(token, (int)ours.Logits.argmax(-1).ToArray<long>()[0]);
            session.Append(token);
            whole.Append(token);
        }
    }

    private static void Close(float[] ours, float[] expected, string what)
    {
        Assert.Equal(expected.Length, ours.Length);
        var error = Math.Sqrt(ours.Zip(expected).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(value => (double)value * value));
        Assert.True(error < Rounding, $"{what}: relative error {error}");
    }
}
