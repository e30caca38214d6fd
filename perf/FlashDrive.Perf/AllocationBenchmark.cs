using System.Diagnostics;
using System.Globalization;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tests;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Perf;

/// <summary>
/// Managed bytes and milliseconds of everything the model does for one frame, call by call in steady state: four images of one tick, a
/// whole prefill, twenty decode steps, ten flow steps, and the plain code around them. One LibTorch thread.
/// </summary>
internal sealed class AllocationBenchmark : IDisposable
{
    private const int Width = 320, Height = 192, Frames = 4, DecodeSteps = 20, FlowSteps = 10, WarmUp = 20;

    private readonly DrivingModel _model;
    private readonly FrameOfWork _frame;

    private AllocationBenchmark(string folder)
    {
        _model = DrivingModel.Load(folder);
        _frame = new FrameOfWork(_model);
    }

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--model", "--frames");
        var folder = options.GetValueOrDefault("--model", "models/nano");
        var frames = int.Parse(options.GetValueOrDefault("--frames", "100"), CultureInfo.InvariantCulture);
        torch.set_num_threads(1);
        using var benchmark = new AllocationBenchmark(folder);
        benchmark.Measure(folder, frames);
        return 0;
    }

    public void Dispose()
    {
        _frame.Dispose();
        _model.Dispose();
    }

    private void Measure(string folder, int frames)
    {
        var calls = _frame.Calls();
        var bytes = new long[calls.Length];
        var times = calls.Select(_ => new double[frames]).ToArray();
        using var guard = torch.no_grad();
        for (var frame = -WarmUp; frame < frames; frame++)
            for (var call = 0; call < calls.Length; call++)
            {
                var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                calls[call].Work();
                if (frame < 0) continue;
                times[call][frame] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                bytes[call] += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        Console.WriteLine($"{folder}: {frames} frames after {WarmUp}; managed bytes per frame and median ms");
        foreach (var (call, i) in calls.Select((c, i) => (c, i)))
            Console.WriteLine($"{call.Name,-28} {bytes[i] / frames,12:N0} B {times[i].Order().ElementAt(frames / 2),9:F3} ms");
        Console.WriteLine($"{"sum",-28} {bytes.Sum() / frames,12:N0} B {times.Sum(t => t.Order().ElementAt(frames / 2)),9:F3} ms");
    }

    private sealed class FrameOfWork : IDisposable
    {
        private readonly DrivingModel _model;
        private readonly Model.Vision.ImageProcessor _processor;
        private readonly byte[] _rgb = new byte[Width * Height * 3];
        private readonly EgoHistory _history = EgoHistory.Straight(8);
        private readonly PromptRequest _request;
        private readonly ImageGrid _grid;
        private readonly Prompt _prompt;
        private readonly Tensor _pixels, _windowPixels, _ids, _places, _noise, _time;
        private readonly int[] _historyIds;
        private int[] _flatPositions;
        private readonly float[] _actions;
        private readonly ContiguousCache _cache;
        private Model.Vision.VisionFeatures? _features;
        private readonly TokenSampler _sampler;

        internal FrameOfWork(DrivingModel model)
        {
            using var scope = torch.NewDisposeScope();
            _model = model;
            _processor = model.NewImageProcessor();
            for (var i = 0; i < _rgb.Length; i++) _rgb[i] = (byte)(i * 2654435761u >> 13);
            _grid = _processor.GridOf(Height, Width);
            int[] cameras = [0, 1, 2, 6];
            _request = new(Enumerable.Repeat(_grid, Frames * cameras.Length).ToArray(), Frames, cameras);
            _historyIds = model.HistoryTokens(_history);
            _prompt = model.Prompts.Build(_request).FuseHistory(_historyIds);
            _flatPositions = _prompt.Layout.Positions.Flat;
            _pixels = torch.zeros(cameras.Length * _grid.Patches, _processor.PatchLength).DetachFromDisposeScope();
            _windowPixels = torch.zeros(_request.Grids.Count * _grid.Patches, _processor.PatchLength).DetachFromDisposeScope();
            _ids = torch.tensor(Array.ConvertAll(_prompt.Ids, id => (long)id), 1, _prompt.Length).DetachFromDisposeScope();
            _places = torch.tensor(_prompt.Layout.ImagePlaces).DetachFromDisposeScope();
            _noise = torch.ones(1, model.Actions.Waypoints, 2).DetachFromDisposeScope();
            _time = torch.full([1, 1, 1], 0.5).DetachFromDisposeScope();
            _actions = new float[2 * model.Actions.Waypoints];
            _cache = new(model.Configuration.Text, _prompt.Length + DecodeSteps);
            _sampler = new(model.Vocabulary.Length, model.Vocabulary.TrajectoryStart, model.Vocabulary.TrajectoryCount);
        }

        internal (string Name, Action Work)[] Calls() =>
        [
            ("4 images processed", Images),
            ("vision tower, 4 images", Encode),
            ("history tokens", () => _model.HistoryTokens(_history)),
            ("prompt ids and positions", PromptIds),
            ("prefill, whole window", Prefill),
            ($"{DecodeSteps} decode steps", Decode),
            ($"{FlowSteps} velocities", Flow),
            ("trajectory", () => _model.Actions.ToTrajectory(_actions, _history)),
        ];

        public void Dispose()
        {
            foreach (var tensor in (Tensor[])[_pixels, _windowPixels, _ids, _places, _noise, _time]) tensor.Dispose();
            _cache.Dispose();
            _features?.Dispose();
        }

        private void PromptIds()
        {
            var prompt = _model.Prompts.Build(_request);
            prompt.WriteIds(_historyIds, _ids.data<long>());
            _flatPositions = prompt.Layout.Positions.Flat;
        }

        private void Images()
        {
            var rows = _pixels.data<float>();
            var perImage = _grid.Patches * _processor.PatchLength;
            for (var start = 0; start < rows.Length; start += perImage) _processor.Process(_rgb, Height, Width, rows.Slice(start, perImage));
        }

        private void Encode()
        {
            using var scope = torch.NewDisposeScope();
            _model.Network.Vision.Forward(_pixels, _grid.H, _grid.W);
        }

        private void Prefill()
        {
            using var scope = torch.NewDisposeScope();
            var language = _model.Network.Language;
            var features = _features ??= _model.Network.Vision.Forward(_windowPixels, _grid.H, _grid.W).DetachFromDisposeScope();
            _cache.Begin(0, _prompt.Length);
            var hidden = language.Forward(
                language.Embed(_ids, _places, features.Merged), language.Rotary.Tables(_flatPositions), AttentionMask.Causal(_prompt.Length, language.Group),
                _cache, new(_places, features.Deepstack));
            language.Norm(hidden.select(1, _prompt.Length - 1));
        }

        private void Decode()
        {
            var language = _model.Network.Language;
            for (var step = 0; step < DecodeSteps; step++)
            {
                using var scope = torch.NewDisposeScope();
                ReadOnlySpan<long> id = [7];
                var slot = _prompt.Length + step;
                _cache.Begin(slot, 1);
                var hidden = language.Forward(language.Embed(torch.tensor(id, 1, 1)), language.Rotary.TextTables(slot + _prompt.Layout.Positions.RopeDelta, 1), null, _cache);
                var logits = language.Logits(language.Norm(hidden.squeeze(0)));
                _sampler.Sample(logits.data<float>(), 0.6, 0.98, 0.5);
            }
        }

        private void Flow()
        {
            using var scope = torch.NewDisposeScope();
            var expert = _model.Network.Expert;
            var rotary = expert.Rotary.TextTables(_prompt.Length + DecodeSteps + _prompt.Layout.Positions.RopeDelta, _model.Actions.Waypoints);
            var x = _noise;
            for (var step = 0; step < FlowSteps; step++) x += expert.Velocity(x, _time, rotary, _cache) * (1.0 / FlowSteps);
        }
    }
}
