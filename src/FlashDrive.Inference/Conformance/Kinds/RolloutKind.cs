using System.Text.Json;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Whole calls of the reference: greedy and sampled thoughts, route guidance, the question prompt, and the rules on tokens.</summary>
internal sealed class RolloutKind : IFixtureKind
{
    private const double Network = 1e-5, Speed = 5e-6, Probability = 1e-5;

    public string Name => "rollout";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var description = folder.Json("case.json");
        var cases = description.GetProperty("cases");
        var inputs = folder.Open("inputs");
        inputs.Inputs(inputs.Tensors);
        using var engine = FixtureEngine.WithHeadRows(folder.Set, inputs.Ints("head_row_ids"), inputs.Tensor("head_rows"));
        var (cameras, frames) = (description.Ints("cameras"), description.Int("frames_per_camera"));
        var window = FixtureClip.Window(inputs, cameras, frames, FixtureClip.History(inputs));
        var prompt = Prompt(engine, window, cameras, frames, null);
        var fused = prompt.FuseHistory(engine.Model.HistoryTokens(window.Newest.History));
        using (var encoded = engine.Encoder.Encode(window))
        using (var session = engine.Prefill(WindowLayout.Of(fused)).Whole(fused, encoded.Features))
        {
            Greedy(engine, session, window, prompt, fused, folder.Open("greedy"), cases.GetProperty("greedy"), comparison);
            Sampled(engine, session, window, prompt, fused, folder.Open("sampled"), cases.GetProperty("sampled"), comparison);
        }
        Guided(engine, [window], [cameras], frames, folder.Open("nav"), cases.GetProperty("nav"), comparison);
        GuidedPair(engine, inputs, cameras, folder.Open("nav2"), cases.GetProperty("nav2"), comparison);
        Question(engine, inputs, folder.Open("vqa"), cases.GetProperty("vqa"), comparison);
        TextRules.CompareAll(folder.Json("rules.json"), comparison);
    }

    private static void Greedy(
        FixtureEngine engine, ReasoningSession session, IngestedWindow window, Prompt prompt, Prompt fused, FixtureFile file, JsonElement expected, Comparison comparison)
    {
        comparison.Exact("greedy prompt_text", prompt.Text, expected.Text("prompt_text"));
        comparison.Exact(file, "prompt_ids", prompt.Ids);
        comparison.Exact(file, "ids", fused.Ids);
        comparison.Exact(file, "grid_thw", FixtureClip.Flatten(prompt.Grids));
        comparison.Absolute(file, "speed_t0", [engine.Model.Actions.SpeedAtT0(window.Newest.History)], Speed);
        var (tokens, margins) = Decode(engine, session, expected.Int("max_new_tokens"));
        comparison.Exact(file, "sequences_raw", [.. fused.Ids, .. tokens]);
        comparison.Relative(file, "step_margin", margins, Network);
        Finish(engine, session, window, file, expected, comparison);
    }

    /// <summary>The reference's loop: the best token under the trajectory mask, the hand-over's stop rule, the limit.</summary>
    private static (List<int> Tokens, float[] Margins) Decode(FixtureEngine engine, ReasoningSession session, int limit)
    {
        session.Restart();
        var (tokens, margins) = (new List<int>(), new List<float>());
        var stop = new StopRule(1, engine.Model.Vocabulary.TrajectoryFutureStart);
        for (var goOn = true; goOn;)
        {
            using var scores = engine.Reasoner.Score(session);
            var logits = scores.Logits.ToArray<float>();
            Array.Fill(logits, float.NegativeInfinity, engine.Model.Vocabulary.TrajectoryStart, engine.Model.Vocabulary.TrajectoryCount);
            var best = engine.Sampler.Argmax(logits);
            margins.Add(logits[best] - logits.Where((_, i) => i != best).Max());
            session.Append(best);
            tokens.Add(best);
            goOn = !stop.Append([best]) && best != engine.Model.Vocabulary.Eos && tokens.Count < limit;
        }
        return (tokens, [.. margins]);
    }

    private static void Sampled(
        FixtureEngine engine, ReasoningSession session, IngestedWindow window, Prompt prompt, Prompt fused, FixtureFile file, JsonElement expected, Comparison comparison)
    {
        file.Inputs("forced");
        comparison.Exact(file, "prompt_ids", prompt.Ids);
        comparison.Exact(file, "ids", fused.Ids);
        var forcedWidth = (int)file.Shape("forced")[1];
        var (forced, steps) = (file.Ints("forced"), (int)file.Shape("kept_tokens")[1]);
        var (probabilities, kept) = (new List<float>(), new List<int>());
        foreach (var (thought, row) in Thoughts(engine, file, fused.Length).Select((t, i) => (t, i)))
        {
            session.Restart();
            for (var k = 0; k < steps; k++)
            {
                using var scores = engine.Reasoner.Score(session);
                var token = thought.Raw[fused.Length + k];
                var drawn = forced[row * forcedWidth + k] < 0;
                var distribution = engine.Sampler.Generate(scores.Logits.data<float>(), expected.Number("temperature"), expected.Number("top_p"));
                probabilities.Add(drawn ? distribution.WeightOf(token) : -1);
                kept.Add(drawn ? distribution.Tokens.Length : -1);
                session.Append(token);
            }
        }
        comparison.Absolute(file, "chosen_probability", probabilities.ToArray(), Probability);
        comparison.Exact(file, "kept_tokens", kept.ToArray());
        Finish(engine, session, window, file, expected, comparison);
    }

    /// <summary>What follows the thoughts: clean-up, text, flow, trajectories.</summary>
    private static void Finish(
        FixtureEngine engine, ReasoningSession session, IngestedWindow window, FixtureFile file, JsonElement expected, Comparison comparison)
    {
        var batch = new ThoughtBatch(engine, file, comparison);
        foreach (var thought in Thoughts(engine, file, session.Lease.Table.Length)) batch.Run(session, thought, session.Lease.Table.RopeDelta);
        batch.Compare(Network);
        var trajectories = new Trajectories(engine.Model);
        foreach (var actions in batch.Actions) trajectories.Add(actions, window.Newest.History);
        trajectories.Compare(file, comparison, Network);
        CompareText(engine, file.Name, batch.Thoughts, expected, comparison);
    }

    private static void CompareText(FixtureEngine engine, string name, IReadOnlyList<ForcedThought> thoughts, JsonElement expected, Comparison comparison)
    {
        string[] sentences = [.. expected.Array("cot").SelectMany(clip => clip.EnumerateArray().SelectMany(set => set.EnumerateArray())).Select(s => s.GetString()!)];
        foreach (var (thought, sentence) in thoughts.Zip(sentences))
        {
            var text = engine.Model.Vocabulary.Tokenizer.Decode(thought.Cleaned(engine.Model.Vocabulary.Pad));
            comparison.Exact($"{name} cot", GeneratedText.ChainOfThought(text), sentence);
        }
    }

    private static void Guided(
        FixtureEngine engine, IReadOnlyList<IngestedWindow> windows, IReadOnlyList<IReadOnlyList<int>> cameras, int frames, FixtureFile file, JsonElement expected,
        Comparison comparison)
    {
        var text = expected.GetProperty("prompt_text");
        string[] texts = text.ValueKind == JsonValueKind.Array ? [.. text.EnumerateArray().Select(t => t.GetString()!)] : [text.GetString()!];
        List<Prompt> prompts = [.. windows.Select((window, i) => Prompt(engine, window, cameras[i], frames, Route(texts[i])))];
        foreach (var (prompt, reference) in prompts.Zip(texts)) comparison.Exact($"{file.Name} prompt_text", prompt.Text, reference);
        new GuidedClips(engine, file, comparison).Run(windows, prompts, expected.Number("weight"), expected.Number("noise_temperature"));
    }

    /// <summary>Two clips of one camera each: clip i shows images 2i and 2i + 1 of the shared inputs and has a history of its own.</summary>
    private static void GuidedPair(FixtureEngine engine, FixtureFile inputs, int[] cameras, FixtureFile file, JsonElement expected, Comparison comparison)
    {
        const int frames = 2;
        file.Inputs("ego_history_xyz", "ego_history_rot");
        List<IngestedWindow> windows = [.. Enumerable.Range(0, 2)
            .Select(clip => FixtureClip.Window(inputs, [cameras[clip]], frames, FixtureClip.History(file, clip), first: clip * frames))];
        Guided(engine, windows, [[cameras[0]], [cameras[1]]], frames, file, expected, comparison);
        var processor = engine.Model.NewImageProcessor();
        comparison.Exact(file, "grid_thw", FixtureClip.Flatten(windows.SelectMany(w => w.Ticks.Select(t => processor.GridOf(t.Frames[0].Height, t.Frames[0].Width)))));
    }

    private static void Question(FixtureEngine engine, FixtureFile inputs, FixtureFile file, JsonElement expected, Comparison comparison)
    {
        var text = expected.Text("prompt_text");
        var question = Between(text, "<|question_start|>", "<|question_end|>");
        var shape = inputs.Shape("images");
        var grid = engine.Model.NewImageProcessor().GridOf((int)shape[2], (int)shape[3]);
        var images = expected.Ints("images").Length;
        var prompt = engine.Model.Prompts.Build(new([.. Enumerable.Repeat(grid, images)], expected.Int("frames_per_camera"), expected.Ints("cameras"), Question: question));
        comparison.Exact("vqa prompt_text", prompt.Text, text);
        comparison.Exact(file, "prompt_ids", prompt.Ids);
        comparison.Exact(file, "grid_thw", FixtureClip.Flatten(prompt.Grids));
    }

    private static Prompt Prompt(FixtureEngine engine, IngestedWindow window, IReadOnlyList<int> cameras, int frames, string? route)
    {
        var frame = window.Newest.Frames[0];
        var grid = engine.Model.NewImageProcessor().GridOf(frame.Height, frame.Width);
        return engine.Model.Prompts.Build(new([.. Enumerable.Repeat(grid, cameras.Count * frames)], frames, cameras, route));
    }

    private static IEnumerable<ForcedThought> Thoughts(FixtureEngine engine, FixtureFile file, int prompt)
    {
        var total = (int)file.Shape("sequences_raw")[1];
        var cache = (int)file.Shape("allowed")[1] - engine.Model.Configuration.ActionSpace.Waypoints;
        return file.Ints("sequences_raw").Chunk(total).Select(row => new ForcedThought(row, prompt, 0, cache, engine.Model.Vocabulary.TrajectoryFutureStart));
    }

    private static string Route(string text) => Between(text, "<|route_start|>", "<|route_end|>");

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
