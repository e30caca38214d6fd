using System.Text.Json;
using FlashDrive.Actors.Observation;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime;

namespace FlashDrive.Actors.Tests.Observation;

public class ChromeTraceTests(ChromeTraceTests.OneRun run) : IClassFixture<ChromeTraceTests.OneRun>, IDisposable
{
    private const int Ticks = 16;

    private static readonly EngineOptions Options = new(new ReasoningOptions(Budget: 6), new FlowOptions(Samples: 1, Steps: 4), FramesPerCamera: 2, Seed: 3);

    private readonly string _folder = Directory.CreateTempSubdirectory("flashdrive trace ").FullName;

    private string TracePath => Path.Combine(_folder, "trace.json");

    [Fact]
    public void The_next_frame_is_encoded_or_prefilled_while_a_frame_is_decoded_or_denoised()
    {
        var slices = Slices(run.Trace);
        var overlapped = new HashSet<long>();
        foreach (var late in slices.Where(slice => slice.Stage is StageNames.Decode or StageNames.Action))
            if (slices.Any(early => early.Stage is StageNames.Encode or StageNames.Prefill && early.Frame == late.Frame + 1 && early.Started < late.Ended && late.Started < early.Ended))
                overlapped.Add(late.Frame);
        Assert.True(overlapped.Count >= Ticks / 3, $"only the frames {string.Join(", ", overlapped)} of {Ticks} overlap with the next one");
    }

    [Fact]
    public void Every_frame_has_a_bar_from_its_arrival_to_its_end_with_all_its_slices_inside()
    {
        var trace = run.Trace;
        var events = Events(trace);
        var begun = events.Where(e => Phase(e) == "b").ToDictionary(e => e.GetProperty("id").GetString()!, e => e.GetProperty("ts").GetDouble());
        var ended = events.Where(e => Phase(e) == "e").ToDictionary(e => e.GetProperty("id").GetString()!, e => e.GetProperty("ts").GetDouble());
        Assert.Equal(Enumerable.Range(0, Ticks).Select(frame => $"s0:{frame}").Order(), begun.Keys.Order());
        Assert.Equal(begun.Keys.Order(), ended.Keys.Order());
        foreach (var (_, frame, started, over) in Slices(trace))
            Assert.True(begun[$"s0:{frame}"] <= started && over <= ended[$"s0:{frame}"], $"a slice of frame {frame} lies outside of it");
        var threads = events.Where(e => Phase(e) == "M" && e.GetProperty("name").GetString() == "thread_name").Select(e => e.GetProperty("args").GetProperty("name").GetString()).ToList();
        Assert.Equal(threads.Distinct(), threads);
        Assert.Subset(threads.ToHashSet(), new HashSet<string?> { "camera-ingest", "streaming-encoder", "prefill", "routine-reasoner", "deliberative-reasoner", "verifier", "flow-head", "plan-guard" });
    }

    [Fact]
    public void Beyond_its_bound_events_are_left_out_and_counted_and_the_trace_stays_whole()
    {
        using var trace = Run(TracePath, ticks: 3, mostEvents: 20);
        Assert.Equal(20, Events(trace).Count);
        Assert.True(trace.RootElement.GetProperty("otherData").GetProperty("events_left_out").GetInt64() > 0);
    }

    [Fact]
    public void A_trace_that_is_not_completed_leaves_nothing_behind()
    {
        using (new ChromeTrace(TracePath, TimeProvider.System)) Assert.Single(Directory.EnumerateFiles(_folder));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonDocument Run(string path, int ticks, int mostEvents)
    {
        using var model = TinyModel.Create();
        using var trace = new ChromeTrace(path, TimeProvider.System, mostEvents);
        using (var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), EngineStages.Of(model, Options, 2), new(Options), trace))
        {
            var stream = engine.Open(new("s0", Options.Seed));
            for (var i = 0; i < ticks; i++)
            {
                stream.WaitForRoom(CancellationToken.None);
                stream.Offer(TinyModel.Tick(i));
            }
            Assert.True(stream.WaitUntilIdle(TimeSpan.FromSeconds(60)));
        }
        trace.Complete();
        return JsonDocument.Parse(File.ReadAllBytes(path));
    }

    private static List<JsonElement> Events(JsonDocument trace) => [.. trace.RootElement.GetProperty("traceEvents").EnumerateArray()];

    private static string? Phase(JsonElement e) => e.GetProperty("ph").GetString();

    private static List<(string? Stage, long Frame, double Started, double Ended)> Slices(JsonDocument trace) =>
        [.. Events(trace).Where(e => Phase(e) == "X").Select(e => (
            e.GetProperty("args").GetProperty("stage").GetString(), e.GetProperty("args").GetProperty("frame").GetInt64(),
            e.GetProperty("ts").GetDouble(), e.GetProperty("ts").GetDouble() + e.GetProperty("dur").GetDouble()))];

    /// <summary>The trace of one run, looked at by several tests.</summary>
    public sealed class OneRun : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("flashdrive trace ").FullName;

        public OneRun() => Trace = Run(Path.Combine(_folder, "trace.json"), Ticks, ChromeTrace.DefaultMostEvents);

        public JsonDocument Trace { get; }

        public void Dispose()
        {
            Trace.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
