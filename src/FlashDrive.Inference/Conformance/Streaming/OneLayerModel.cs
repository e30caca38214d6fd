using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Streaming;

/// <summary>The checkpoint's language model cut to its first layer: a streamed window equals a whole one, for nothing can be stale.</summary>
internal static class OneLayerModel
{
    internal static void Compare(RecordedStream stream, Comparison comparison)
    {
        var model = stream.Engine.Model;
        var text = model.Configuration.Text with { Layers = 1 };
        using var language = new LanguageModel(text, model.Network.Parameters);
        var plan = new KvPoolPlan(stream.Layout, Sessions: 3, Guided: false);
        var geometry = KvGeometry.Of(text, language.Dtype);
        using var pool = new KvPool(geometry, plan.Classes());
        using var views = new WindowViewPool(geometry, plan.Views, plan.ViewSlots(stream.Budget));
        using var stage = new PrefillStage(language, pool, views);
        var reasoner = new DeliberativeReasonerStage(language);
        ReasoningSession? earlier = null;
        for (var window = 0; window < stream.Windows; window++)
        {
            using var scope = torch.NewDisposeScope();
            var history = stream.HistoryTokens(window);
            var session = earlier is null
                ? stage.Whole(stream.Prompt, history, stream.Features(window, stream.Frames))
                : stage.Moved(stream.Prompt, history, stream.Features(window, 1), earlier.Lease, stream.Frames, 1);
            earlier?.Dispose();
            earlier = session;
            using var whole = stage.Whole(stream.Prompt, history, stream.Features(window, stream.Frames));
            using var ours = reasoner.Score(session);
            using var expected = reasoner.Score(whole);
            comparison.Relative("one layer, logits of a whole prefill", Numbers(ours.Logits), Numbers(expected.Logits), StreamingKind.Network);
        }
        earlier?.Dispose();
    }

    private static double[] Numbers(Tensor tensor) => Array.ConvertAll(tensor.ToArray<float>(), value => (double)value);
}
