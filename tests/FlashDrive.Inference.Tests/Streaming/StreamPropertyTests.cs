using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

public sealed class StreamPropertyTests : IDisposable
{
    private const int Sessions = 3, Frames = 3;

    private readonly DrivingModel _model = TinyModel.Create();

    public StreamPropertyTests() => KvPool.VerifySealedBlocks = true;

    public void Dispose()
    {
        KvPool.VerifySealedBlocks = false;
        _model.Dispose();
    }

    /// <summary>However ticks come, are missing or are refreshed, and whichever sessions are still open.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_moves_holes_and_refreshes_keep_what_stays_and_compute_what_is_new(ulong seed)
    {
        var random = new KeyedRandom(seed);
        var options = StreamedStream.Options with { Streaming = new(Enabled: true, RefreshEvery: 4 + (int)seed) };
        // What the model makes at its first use stays.
        using (var first = new StreamedStream(_model, options)) first.Insert(0, 1, 2)!.Dispose();
        var tensors = torch.LiveTensors;
        using (var stream = new StreamedStream(_model, options, Sessions))
        using (var whole = new StreamedStream(_model, options with { Streaming = new(Enabled: true, RefreshEvery: 1) }, Sessions))
        {
            var open = new List<PrefilledWindow>();
            List<KvBlock>? before = null;
            var tick = -1L;
            for (var step = 0; step < 16; step++)
            {
                var draw = random.At(step);
                var waiting = new long[1 + draw.Integer(0, Frames)];
                for (var i = 0; i < waiting.Length; i++) waiting[i] = tick += draw.Uniform((ulong)i + 1) < 0.2 ? 2 : 1;
                if (open.Count == Sessions)
                {
                    var ended = draw.At(1).Integer(0, Sessions);
                    open[ended].Dispose();
                    open.RemoveAt(ended);
                }
                var window = stream.Insert(waiting);
                using var expected = whole.Insert(waiting);
                Assert.Equal(expected is null, window is null);
                if (window is null) continue;
                open.Add(window);
                CheckFirstLayer(window, expected!, $"seed {seed}, tick {tick}");
                var blocks = StreamedStream.Blocks(window);
                if (before is not null && window.Facts.ReprefillReason is null) CheckShared(window, blocks, before);
                before = blocks;
            }
            foreach (var window in open) window.Dispose();
            Assert.Equal(before!.Count, stream.State.Lent);
        }
        Assert.Equal(tensors, torch.LiveTensors);
    }

    /// <summary>The largest need: windows that share no frame, every session open, and a refresh that makes even the text anew.</summary>
    [Theory]
    [InlineData(Frames)]
    [InlineData(1)]
    public void Pools_never_run_dry_with_every_session_open_and_all_frames_moved_in(int refreshEvery)
    {
        var options = StreamedStream.Options with
        {
            Streaming = new(Enabled: true, refreshEvery), Route = "Turn left in 50m", Flow = StreamedStream.Options.Flow with { GuidanceWeight = 1.5 },
        };
        using var stream = new StreamedStream(_model, options, Sessions);
        var open = new Queue<PrefilledWindow>();
        for (var tick = 0L; tick < 12 * Frames; tick += Frames)
        {
            if (open.Count == Sessions) open.Dequeue().Dispose();
            open.Enqueue(stream.Insert(tick, tick + 1, tick + 2)!);
        }
        Assert.Equal(Sessions, open.Count);
        foreach (var window in open) window.Dispose();
    }

    /// <summary>Tails of any length have blocks of their own: short ones must not sit where the other parts' blocks are counted.</summary>
    [Fact]
    public void Pools_never_run_dry_when_routes_of_all_lengths_follow_each_other()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options, Sessions);
        string?[] routes = [null, "Turn left in 50m", null, "Continue straight for 200m then turn right onto the third street", "Turn right", null];
        var open = new Queue<PrefilledWindow>();
        stream.Insert(0, 1);
        for (var tick = 2; tick < 40; tick++)
        {
            if (open.Count == Sessions) open.Dequeue().Dispose();
            open.Enqueue(stream.Insert(TinyModel.Tick(tick) with { Navigation = routes[tick % routes.Length] })!);
        }
        foreach (var window in open) window.Dispose();
    }

    private static void CheckFirstLayer(PrefilledWindow window, PrefilledWindow expected, string what)
    {
        using var scope = torch.NewDisposeScope();
        foreach (var keys in new[] { true, false })
        {
            var error = StreamRig.Error(StreamRig.Cache(window.Session, keys).select(0, 0), StreamRig.Cache(expected.Session, keys).select(0, 0));
            Assert.True(error < 2e-6, $"{what}: {(keys ? "keys" : "values")} of the first layer are off by {error}");
        }
    }

    private static void CheckShared(PrefilledWindow window, List<KvBlock> blocks, List<KvBlock> before)
    {
        var layout = Enumerable.Range(0, blocks.Count).Select(window.Session.Lease.Table.Part).ToList();
        for (var i = 0; i < blocks.Count; i++)
        {
            var part = layout[i];
            var source = part.Kind switch
            {
                WindowPartKind.Tail => -1,
                WindowPartKind.Visual => layout.FindIndex(p => p.Kind == WindowPartKind.Visual && p.View == part.View && p.Frame == part.Frame + window.Facts.Inserted),
                _ => i,
            };
            if (source < 0) Assert.DoesNotContain(blocks[i], before);
            else Assert.Same(before[source], blocks[i]);
        }
    }
}
