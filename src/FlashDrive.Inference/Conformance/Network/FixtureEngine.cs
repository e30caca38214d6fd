using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>The set's checkpoint behind the stages that drive with it; nothing of the model is computed anywhere else.</summary>
internal sealed class FixtureEngine : IDisposable
{
    /// <summary>Longest thought of any fixture, with room to spare.</summary>
    private const int Budget = 512;

    private readonly List<WindowMemory> _memories = [];

    private FixtureEngine(DrivingModel model)
    {
        Model = model;
        var c = model.Configuration;
        Encoder = new(model.Network.Vision, model.NewImageProcessor(), c.Vision.MergeSize);
        Reasoner = new(model.Network.Language);
        Sampler = new(model.Vocabulary.Length, model.Vocabulary.TrajectoryStart, model.Vocabulary.TrajectoryCount);
        Flow = new(model.Network.Expert, c.ActionSpace.Waypoints, c.Flow.Steps);
    }

    internal DrivingModel Model { get; }

    internal StreamingEncoderStage Encoder { get; }

    internal DeliberativeReasonerStage Reasoner { get; }

    internal TokenSampler Sampler { get; }

    internal FlowHeadStage Flow { get; }

    internal int MergeSize => Model.Configuration.Vision.MergeSize;

    /// <summary>The checkpoint of the set's <c>tiny</c>, loaded once per set.</summary>
    internal static FixtureEngine Of(FixtureSet set) => set.Shared("engine", () => new FixtureEngine(DrivingModel.Load(set.PathOf("tiny"))));

    /// <summary>The same checkpoint with some rows of its head replaced.</summary>
    internal static FixtureEngine WithHeadRows(FixtureSet set, ReadOnlySpan<int> ids, Tensor rows)
    {
        var engine = new FixtureEngine(DrivingModel.Load(set.PathOf("tiny")));
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var head = engine.Model.Network.Parameters["vlm.lm_head.weight"];
        for (var i = 0; i < ids.Length; i++) head[ids[i]].copy_(rows[i]);
        return engine;
    }

    /// <summary>A prefill over pools of its own, which live as long as the engine.</summary>
    internal PrefillStage Prefill(WindowLayout layout, int sessions = 1, bool guided = false, DraftContext? context = null)
    {
        var memory = new WindowMemory(Model, layout, sessions, guided, Budget, context: context);
        _memories.Add(memory);
        return memory.Stage;
    }

    /// <summary>A prompt from ids alone: images are found by their markers.</summary>
    internal Prompt PromptOf(int[] ids, IReadOnlyList<ImageGrid> grids)
    {
        var images = new List<PromptImage>();
        for (var i = 0; i < ids.Length && images.Count < grids.Count; i++)
            if (ids[i] == Model.Vocabulary.VisionStart && i + 1 < ids.Length && ids[i + 1] == Model.Vocabulary.ImagePad)
                images.Add(new(0, images.Count, i, grids[images.Count].Tokens(MergeSize)));
        return new("", ids, grids, images, -1, 0, -1, -1) { Layout = new(ids, grids, Model.Vocabulary.ImagePad, MergeSize) };
    }

    /// <summary>Positions flattened as a table of the reference has them: [3, length].</summary>
    internal static int[] Flatten(RotaryPositions p) => [.. p.T, .. p.H, .. p.W];

    /// <summary>Writes tokens into the scratch without scoring them.</summary>
    internal void Extend(ReasoningSession session, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens) session.Append(token);
        Reasoner.Settle(session);
    }

    /// <summary>Rotated keys and values of slots [from, to), per layer [kvHeads, to − from, headDim].</summary>
    internal (float[][] Keys, float[][] Values) CacheRows(ReasoningSession session, int from, int to)
    {
        using var scope = torch.NewDisposeScope();
        var (keys, values) = (new float[Model.Network.Language.Layers][], new float[Model.Network.Language.Layers][]);
        for (var layer = 0; layer < keys.Length; layer++)
        {
            var (k, v) = session.View.Read(layer, to);
            (keys[layer], values[layer]) = (k.narrow(2, from, to - from).ToArray<float>(), v.narrow(2, from, to - from).ToArray<float>());
        }
        return (keys, values);
    }

    /// <summary>Keys before rotary as the sealed blocks hold them, row-major [layers, kvHeads, slots, headDim].</summary>
    internal static float[] BlockKeys(ReasoningSession session)
    {
        using var scope = torch.NewDisposeScope();
        var table = session.Lease.Table;
        return torch.cat([.. Enumerable.Range(0, table.Count).Select(i => table.Block(i).Keys)], 2).ToArray<float>();
    }

    public void Dispose()
    {
        foreach (var memory in _memories) memory.Dispose();
        Model.Dispose();
    }
}
