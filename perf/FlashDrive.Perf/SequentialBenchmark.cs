using System.Globalization;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;
using FlashDrive.World;

namespace FlashDrive.Perf;

/// <summary>
/// The speed floor: a whole window through all four stages in one thread with every technique off, per stage and end to end. Thread settings take turns window
/// by window, so that a slow moment of the machine touches all of them.
/// </summary>
internal static class SequentialBenchmark
{
    private const int WarmUp = 3;
    private const int SourceWidth = 320, SourceHeight = 192;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--model", "--threads", "--windows", "--samples");
        var folder = options.GetValueOrDefault("--model", "models/nano");
        var threads = options.GetValueOrDefault("--threads", "1,2").Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        var windows = int.Parse(options.GetValueOrDefault("--windows", "40"), CultureInfo.InvariantCulture);
        var samples = int.Parse(options.GetValueOrDefault("--samples", "1"), CultureInfo.InvariantCulture);

        torch.set_num_threads(threads.Max());
        using var model = DrivingModel.Load(folder);
        var engine = new EngineOptions(new ReasoningOptions(Budget: 48), new FlowOptions(samples)).With(Techniques.None, new());
        using var rollout = new SequentialRollout(model, engine, TimeProvider.System);
        var times = threads.ToDictionary(t => t, _ => new List<StageTimes>());
        var tokens = new List<int>();
        for (var i = -WarmUp; i < windows; i++)
        {
            var window = Window((ulong)(i + WarmUp));
            foreach (var count in threads)
            {
                torch.set_num_threads(count);
                var result = rollout.Drive(window);
                if (i < 0) continue;
                times[count].Add(result.Times);
                tokens.Add(result.Plan!.Thoughts[0].Tokens.Count);
            }
        }
        Report(folder, windows, samples, times, tokens);
        return 0;
    }

    private static IngestedWindow Window(ulong seed)
    {
        var world = WindowSampler.Sample(seed, WindowKind.Onset);
        var history = world.History;
        var ticks = Enumerable.Range(0, DrivingWindow.Frames).Select(frame => new FrameBundle(frame, frame * 100_000L, [.. world.CameraIndices.Select(camera =>
        {
            var rgb = new byte[SourceWidth * SourceHeight * 3];
            world.Render(camera, frame, SourceWidth, SourceHeight, rgb);
            return new CameraFrame(camera, frame * 100_000L, SourceWidth, SourceHeight, rgb);
        })], history));
        return new([.. ticks]);
    }

    private static void Report(string folder, int windows, int samples, Dictionary<int, List<StageTimes>> times, List<int> tokens)
    {
        Console.WriteLine($"sequential rollout of {folder}: {windows} whole windows, {samples} sample(s), {tokens.Average():F1} tokens a thought; median ms (share)");
        Console.WriteLine($"{"threads",7} {"encode",15} {"prefill",15} {"decode",15} {"action",15} {"end to end",11} {"p90",8}");
        foreach (var (count, list) in times)
        {
            var total = Median(list, t => t.Total);
            string Cell(Func<StageTimes, TimeSpan> stage) => $"{Median(list, stage),7:F1} ({Median(list, stage) / total,4:P0})";
            var p90 = list.Select(t => t.Total.TotalMilliseconds).Order().ElementAt((int)(0.9 * list.Count));
            Console.WriteLine($"{count,7} {Cell(t => t.Encode),15} {Cell(t => t.Prefill),15} {Cell(t => t.Decode),15} {Cell(t => t.Action),15} {total,11:F1} {p90,8:F1}");
        }
    }

    private static double Median(List<StageTimes> times, Func<StageTimes, TimeSpan> stage) =>
        times.Select(t => stage(t).TotalMilliseconds).Order().ElementAt(times.Count / 2);
}
