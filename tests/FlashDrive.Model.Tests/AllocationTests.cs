using FlashDrive.Driving;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>What one frame may allocate in managed memory, call by call, once caches are warm and freed tensor objects serve again.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Side = 64, Images = 4, DecodeSteps = 20, FlowSteps = 10;

    private readonly bool _recycling = TensorRecycling.Enabled;
    private readonly TinyNetwork _tiny = new();
    private readonly EgoHistory _history = EgoHistory.Straight(8);
    private readonly PromptBuilder _prompts;
    private readonly ImageProcessor _processor;
    private readonly Prompt _prompt;
    private readonly ImageGrid _grid;
    private readonly int[] _historyIds;
    private readonly ContiguousCache _cache;

    public AllocationTests()
    {
        TensorRecycling.Enabled = true;
        var c = _tiny.Configuration;
        _processor = new(c.Vision, c.MinPixels, c.MaxPixels);
        _grid = _processor.GridOf(Side, Side);
        _prompts = new(_tiny.Vocabulary, c.TokensPerHistory, c.Vision.MergeSize, c.IncludeCameraIds, c.IncludeFrameNumbers);
        _prompt = _prompts.Build(Request());
        _historyIds = Array.ConvertAll(new DeltaTrajectoryTokenizer(c.HistoryTokenizer).Encode(_history), bin => bin + _tiny.Vocabulary.HistoryStart);
        _cache = new(c.Text, _prompt.Length + DecodeSteps);
    }

    public void Dispose()
    {
        TensorRecycling.Enabled = _recycling;
        _cache.Dispose();
        _tiny.Dispose();
    }

    [Fact]
    public void Image_processing_allocates_nothing()
    {
        var (rgb, rows) = (new byte[Side * Side * 3], new float[_grid.Patches * _processor.PatchLength]);
        AssertBytes(0, () => _processor.Process(rgb, Side, Side, rows));
    }

    [Fact]
    public void The_vision_tower_allocates_its_record_of_features_only()
    {
        using var pixels = torch.zeros((long)Images * _grid.Patches, _processor.PatchLength).DetachFromDisposeScope();
        AssertBytes(192, () =>
        {
            using var scope = torch.NewDisposeScope();
            _tiny.Model.Vision.Forward(pixels, _grid.H, _grid.W);
        });
    }

    [Fact]
    public void A_prefill_of_a_whole_window_allocates_no_more_than_its_inputs_record()
    {
        using var pixels = torch.zeros((long)Images * _grid.Patches, _processor.PatchLength).DetachFromDisposeScope();
        using var features = _tiny.Model.Vision.Forward(pixels, _grid.H, _grid.W).DetachFromDisposeScope();
        AssertBytes(64, () => Prefill(features));
    }

    [Fact]
    public void Decode_steps_and_flow_steps_allocate_nothing()
    {
        using var pixels = torch.zeros((long)Images * _grid.Patches, _processor.PatchLength).DetachFromDisposeScope();
        using var features = _tiny.Model.Vision.Forward(pixels, _grid.H, _grid.W).DetachFromDisposeScope();
        var sampler = new TokenSampler(_tiny.Vocabulary.Length, _tiny.Vocabulary.TrajectoryStart, _tiny.Vocabulary.TrajectoryCount);
        using var noise = torch.ones(1, _tiny.Configuration.ActionSpace.Waypoints, 2).DetachFromDisposeScope();
        using var time = torch.full([1, 1, 1], 0.5).DetachFromDisposeScope();
        OnOwnThread(() => Prefill(features));
        AssertBytes(0, () =>
        {
            for (var step = 0; step < DecodeSteps; step++) Decode(step, sampler);
        });
        AssertBytes(0, () =>
        {
            using var scope = torch.NewDisposeScope();
            var expert = _tiny.Model.Expert;
            var rotary = expert.Rotary.TextTables(_prompt.Length + DecodeSteps, _tiny.Configuration.ActionSpace.Waypoints);
            var x = noise;
            for (var step = 0; step < FlowSteps; step++) x += expert.Velocity(x, time, rotary, _cache) * (1.0 / FlowSteps);
        });
    }

    [Fact]
    public void The_plain_code_of_a_frame_allocates_its_results_only()
    {
        var c = _tiny.Configuration;
        var (history, actions) = (new DeltaTrajectoryTokenizer(c.HistoryTokenizer), new UnicycleActionSpace(c.ActionSpace));
        var (bins, ids, normalised) = (new int[_historyIds.Length], new long[_prompt.Length], new float[2 * c.ActionSpace.Waypoints]);
        var request = Request();
        AssertBytes(0, () => history.Encode(_history, bins));
        AssertBytes(0, () => _prompts.Build(request).WriteIds(_historyIds, ids));
        // 64 poses of seven doubles.
        AssertBytes(3712, () => actions.ToTrajectory(normalised, _history));
    }

    private PromptRequest Request() => new(Enumerable.Repeat(_grid, Images).ToArray(), Images / 2, [1, 6]);

    private void Prefill(VisionFeatures features)
    {
        using var scope = torch.NewDisposeScope();
        var language = _tiny.Model.Language;
        var places = torch.tensor(_prompt.Layout.ImagePlaces);
        var ids = torch.empty([1, _prompt.Length], torch.int64);
        _prompt.WriteIds(_historyIds, ids.data<long>());
        _cache.Begin(0, _prompt.Length);
        var rotary = language.Rotary.Tables(_prompt.Layout.Positions.Flat);
        var hidden = language.Forward(
            language.Embed(ids, places, features.Merged), rotary, AttentionMask.Causal(_prompt.Length, language.Group), _cache, new(places, features.Deepstack));
        language.Norm(hidden.select(1, _prompt.Length - 1));
    }

    private void Decode(int step, TokenSampler sampler)
    {
        using var scope = torch.NewDisposeScope();
        var language = _tiny.Model.Language;
        _cache.Begin(_prompt.Length + step, 1);
        // A shape written as constants is an array in code that is not optimised.
        ReadOnlySpan<long> id = [step + 1], shape = [1, id.Length];
        var hidden = language.Forward(language.Embed(torch.tensor(id, shape)), language.Rotary.TextTables(_prompt.Length + step, 1), null, _cache);
        sampler.Sample(language.Logits(language.Norm(hidden.squeeze(0))).data<float>(), 0.6, 0.98, 0.5);
    }

    /// <summary>Bytes of one call in steady state, on a thread of its own, as a stage has it.</summary>
    private static void AssertBytes(long most, Action call)
    {
        const int rounds = 20;
        OnOwnThread(() =>
        {
            // Objects of freed tensors serve again once the quarantine is full.
            using (torch.NewDisposeScope())
            {
                var x = torch.ones(1);
                for (var i = 0; i < TensorRecycling.Quarantine; i++) x.alias();
            }
            for (var i = 0; i < rounds; i++) call();
            // The runtime compiles better code beside the test and may account for it on this thread; what a call allocates shows in every batch.
            var least = long.MaxValue;
            for (var batch = 0; batch < 3; batch++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < rounds; i++) call();
                least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / rounds);
            }
            Assert.InRange(least, 0, most);
        });
    }

    private static void OnOwnThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            torch.set_num_threads(1);
            using var guard = torch.no_grad();
            error = Record.Exception(action);
        });
        thread.Start();
        thread.Join();
        if (error is not null) throw new Xunit.Sdk.XunitException(error.ToString());
    }
}
