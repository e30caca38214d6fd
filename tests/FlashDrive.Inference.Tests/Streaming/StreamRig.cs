using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

/// <summary>
/// A stream of ticks with random visual features in front of a prefill stage: any window of it, computed whole or moved from an earlier
/// one. Two views of F frames with four tokens each.
/// </summary>
internal sealed class StreamRig : IDisposable
{
    internal const int Views = 2, Frames = 4;

    private static readonly ImageGrid Grid = new(1, 4, 4);

    private readonly Dictionary<long, EncodedFrame> _ticks = [];
    private readonly KvPool _pool;
    private readonly WindowViewPool _views;

    /// <param name="layers">Language layers that are kept.</param>
    internal StreamRig(int? layers = null, int sessions = 4, PrefillSettings settings = default)
    {
        Settings = settings;
        Model = TinyModel.Create();
        var text = Model.Configuration.Text with { Layers = layers ?? Model.Configuration.Text.Layers };
        Language = new(text, Model.Network.Parameters);
        Prompt = PromptOf(null);
        Layout = WindowLayout.Of(Prompt);
        var plan = new KvPoolPlan(Layout, sessions, Guided: false);
        var geometry = KvGeometry.Of(text, ScalarType.Float32);
        (_pool, _views) = (new(geometry, plan.Classes()), new(geometry, plan.Views, plan.ViewSlots(8)));
        Stage = new(Language, _pool, _views, settings with { TailCapacity = plan.TailCapacity });
    }

    internal PrefillSettings Settings { get; }

    internal DrivingModel Model { get; }

    internal LanguageModel Language { get; }

    internal Prompt Prompt { get; }

    internal WindowLayout Layout { get; }

    internal PrefillStage Stage { get; }

    internal Prompt PromptOf(string? route) => Model.Prompts.Build(new([.. Enumerable.Repeat(Grid, Views * Frames)], Frames, [0, 1], route));

    /// <summary>Ego history of the window that ends with a tick; another one at every tick.</summary>
    internal int[] History(long tick) => Model.HistoryTokens(EgoHistory.Straight(1 + tick % 19));

    /// <summary>Features of the newest frames of every view of the window that ends with a tick.</summary>
    internal VisionFeatures Features(long tick, int newest = Frames)
    {
        StreamWindow.WindowSlot[] slots = [.. Enumerable.Range(0, Frames).Select(i => tick - Frames + 1 + i).Select(id => new StreamWindow.WindowSlot(id, Tick(id), Hole: false))];
        return new WindowImages(slots).Features(newest);
    }

    internal ReasoningSession Whole(long tick, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        return Stage.Whole(Prompt, History(tick), Features(tick), observe);
    }

    internal ReasoningSession Moved(long tick, int inserted, ReasoningSession earlier, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        return Stage.Moved(Prompt, History(tick), Features(tick, inserted), earlier.Lease, Frames, inserted, observe);
    }

    /// <summary>Keys before rotary or values of every slot as the window's blocks hold them, [layers, kvHeads, slots, headDim].</summary>
    internal static Tensor Cache(ReasoningSession session, bool keys)
    {
        var table = session.Lease.Table;
        return torch.cat([.. Enumerable.Range(0, table.Count).Select(i => keys ? table.Block(i).Keys : table.Block(i).Values)], 2);
    }

    internal static float Error(Tensor ours, Tensor expected) => (ours - expected).norm().item<float>() / expected.norm().item<float>();

    public void Dispose()
    {
        foreach (var frame in _ticks.Values) frame.Dispose();
        Stage.Dispose();
        _views.Dispose();
        _pool.Dispose();
        Language.Dispose();
        Model.Dispose();
    }

    private EncodedFrame Tick(long id)
    {
        if (_ticks.TryGetValue(id, out var known)) return known;
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator((ulong)(id + 1000));
        var levels = Model.Configuration.Vision.DeepstackIndexes.Count;
        Tensor Draw() => (generator.randn([Views * Grid.Tokens(2), Model.Configuration.Text.Hidden]) * 0.3).DetachFromDisposeScope();
        ImageGrid[] grids = [.. Enumerable.Repeat(Grid, Views)];
        var facts = new FrameFacts(id, id * 100_000, [0, 1], EgoHistory.Straight(1), null, false, 0, "start");
        return _ticks[id] = new(facts, grids, new VisionFeatures(Draw(), [.. Enumerable.Range(0, levels).Select(_ => Draw())]), MergeSize: 2);
    }
}
