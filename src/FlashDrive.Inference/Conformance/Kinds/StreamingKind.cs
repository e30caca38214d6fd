using System.Text.Json;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Conformance.Streaming;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>
/// Consecutive windows of one stream on the block table: the first computed whole, the others moved by a tick; each with a thought, the
/// flow over it, and the whole prefill that it approximates. Once by LibTorch's operators, whose layers can be looked at, and once as
/// the engine drives, through the streaming stage on the own kernels.
/// </summary>
internal sealed class StreamingKind : IFixtureKind
{
    internal const double Network = 2e-5, Velocity = 5e-5, States = 1e-4, Metres = 1e-3;

    public string Name => "streaming";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var (json, inputs) = (folder.Json("config.json"), folder.Open("inputs"));
        inputs.Inputs(inputs.Tensors);
        using var stream = new RecordedStream(FixtureEngine.Of(folder.Set), json, inputs);
        Observed(stream, folder, json, comparison);
        Driven(stream, folder, json, comparison);
        OneLayerModel.Compare(stream, comparison);
        Encoding(stream, comparison);
    }

    private static void Observed(RecordedStream stream, FixtureFolder folder, JsonElement json, Comparison comparison)
    {
        var stage = stream.Engine.Prefill(stream.Layout, sessions: 3);
        var layers = stream.Engine.Model.Network.Language.Layers;
        ReasoningSession? earlier = null;
        for (var window = 0; window < stream.Windows; window++)
        {
            using var scope = torch.NewDisposeScope();
            var (hidden, history) = (new float[layers][], stream.HistoryTokens(window));
            void Observe(int layer, Tensor x)
            {
                if (layer >= 0) hidden[layer] = x.narrow(1, x.size(1) - 1, 1).ToArray<float>();
            }
            var session = earlier is null
                ? stage.Whole(stream.Prompt, history, stream.Features(window, stream.Frames), Observe)
                : stage.Moved(stream.Prompt, history, stream.Features(window, 1), earlier.Lease, stream.Frames, 1, Observe);
            earlier?.Dispose();
            earlier = session;
            if (window == 0) StreamLayout.Compare(stream, session, json, folder.Open("layout"), comparison);
            var checks = Checks(stream, window, folder, json, comparison);
            checks.Inputs();
            checks.Cache(session);
            checks.Hidden(hidden);
            checks.ThoughtAndFlow(session, ownKernels: false);
            comparison.Exact("config.json action_start", [session.Scratch.Slots], [json.Int("action_start")]);
            using var whole = stage.Whole(stream.Prompt, history, stream.Features(window, stream.Frames));
            checks.Whole(whole, session);
        }
        earlier?.Dispose();
    }

    private static void Driven(RecordedStream stream, FixtureFolder folder, JsonElement json, Comparison comparison)
    {
        var stage = new StreamPrefillStage(stream.Engine.Model, stream.Options, sessions: 1);
        using var state = new PrefillState(stream.Frames);
        for (var tick = 0; tick < stream.Ticks.Count; tick++)
        {
            using var scope = torch.NewDisposeScope();
            using var window = stage.Prefill(state, [stream.Encode(stream.Ticks[tick])]);
            if (window is null) continue;
            var checks = Checks(stream, tick - stream.Frames + 1, folder, json, comparison);
            checks.Cache(window.Session);
            checks.ThoughtAndFlow(window.Session, ownKernels: true);
        }
    }

    /// <summary>Images never attend to each other: a tick encoded by itself is its part of the whole window.</summary>
    private static void Encoding(RecordedStream stream, Comparison comparison)
    {
        using var whole = stream.Engine.Encoder.Encode(new IngestedWindow([.. stream.Ticks.Take(stream.Frames)]));
        comparison.Relative("encoded tick by tick", Numbers(stream.Features(0, stream.Frames).Merged), Numbers(whole.Features.Merged), Network);
    }

    private static WindowChecks Checks(RecordedStream stream, int window, FixtureFolder folder, JsonElement json, Comparison comparison) =>
        new(stream, window, json.Rows("tokens")[window], folder.Open($"window{window}"), comparison);

    private static double[] Numbers(Tensor tensor) => Array.ConvertAll(tensor.ToArray<float>(), value => (double)value);
}
