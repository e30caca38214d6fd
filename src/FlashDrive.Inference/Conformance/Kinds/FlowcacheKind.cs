using System.Text.Json;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Euler integration that reuses velocities, on float32 and bfloat16 grids, over the cache of one image and a dictated thought.</summary>
internal sealed class FlowcacheKind : IFixtureKind
{
    private const double Cache = 2e-5, FirstVelocity = 2e-5, States = 5e-5, Velocities = 3e-4, Profile = 1e-3;

    public string Name => "flowcache";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var engine = FixtureEngine.Of(folder.Set);
        var (json, file) = (folder.Json("config.json"), folder.Open("flow"));
        file.Inputs("input_ids", "frame", "noise");
        using var session = Prefill(engine, json, file, comparison);
        CompareCache(engine, session, file, comparison);
        foreach (var schedule in json.GetProperty("schedules").EnumerateObject())
            if (!schedule.Value.TryGetProperty("same_as", out _)) Integrate(engine, session, schedule.Name, schedule.Value, file, comparison);
            else SameGrid(schedule.Name, schedule.Value.GetProperty("same_as").GetString()!, json, comparison);
    }

    /// <summary>The prompt through tower and language model, then the dictated tokens.</summary>
    private static ReasoningSession Prefill(FixtureEngine engine, JsonElement json, FixtureFile file, Comparison comparison)
    {
        var ids = file.Ints("input_ids");
        var length = json.GetProperty("prompt_length").GetInt32();
        var grid = json.GetProperty("image_grid_thw")[0];
        var prompt = engine.PromptOf(ids[..length], [new(grid[0].GetInt32(), grid[1].GetInt32(), grid[2].GetInt32())]);
        using var encoded = engine.Encoder.Encode(FixtureClip.Window(file, [1], 1, FixtureClip.AtRest, "frame"));
        var session = engine.Prefill(WindowLayout.Of(prompt)).Whole(prompt, encoded.Features);
        comparison.Exact("forced_tokens", ids[length..], [.. json.GetProperty("forced_tokens").EnumerateArray().Select(e => e.GetInt32())]);
        comparison.Exact("rope_delta", [session.Lease.Table.RopeDelta], [json.GetProperty("rope_delta").GetInt32()]);
        engine.Extend(session, ids.AsSpan(length));
        comparison.Exact("cache_length", [session.Scratch.Slots], [json.GetProperty("cache_length").GetInt32()]);
        return session;
    }

    private static void CompareCache(FixtureEngine engine, ReasoningSession session, FixtureFile file, Comparison comparison)
    {
        var (slots, waypoints) = (session.Scratch.Slots, engine.Model.Configuration.ActionSpace.Waypoints);
        var (keys, values) = engine.CacheRows(session, 0, slots);
        comparison.Relative(file, "past_keys", FixtureTensors.Concat(keys), Cache);
        comparison.Relative(file, "past_values", FixtureTensors.Concat(values), Cache);
        // The window's keys stand in its blocks unrotated; those of the thought are turned back.
        var rotary = engine.Model.Network.Language.Rotary;
        var positions = Positions(session, slots + waypoints);
        comparison.Exact(file, "positions", positions);
        var back = rotary.Tables([.. Enumerable.Range(0, 3).SelectMany(axis => positions.Skip(axis * (slots + waypoints)).Take(slots).Select(p => -p))]);
        var layers = keys.Select(layer => back.Rotate(torch.tensor(layer, engine.Model.Configuration.Text.KvHeads, slots, engine.Model.Configuration.Text.HeadDim).transpose(0, 1)).transpose(0, 1));
        comparison.Relative(file, "past_keys_unrotated", FixtureTensors.Concat(layers.Select(layer => layer.ToArray<float>())), Cache);
    }

    /// <summary>[3, rows]: the window's, then one more for every token behind it.</summary>
    private static int[] Positions(ReasoningSession session, int rows)
    {
        var table = session.Lease.Table;
        return [.. Enumerable.Range(0, 3).SelectMany(axis => Enumerable.Range(0, rows)
            .Select(slot => slot < table.Length ? table.Positions[axis * table.Length + slot] : session.PositionOf(slot)))];
    }

    private static void Integrate(FixtureEngine engine, ReasoningSession session, string name, JsonElement json, FixtureFile file, Comparison comparison)
    {
        int[] Steps(string key) => [.. json.GetProperty(key).EnumerateArray().Select(e => e.GetInt32())];
        var options = new FlowOptions(Steps: json.GetProperty("steps").GetInt32())
        {
            Reuse = Steps("reuse"),
            Grid = name.EndsWith(".bfloat16", StringComparison.Ordinal) ? ScalarType.BFloat16 : ScalarType.Float32,
        };
        var schedule = options.Schedule(0);
        comparison.Exact(file, $"{name}.times", schedule.Times);
        comparison.Exact(file, $"{name}.deltas", schedule.Deltas);
        comparison.Exact($"{name}.evaluated", [.. Enumerable.Range(0, schedule.Steps).Where(i => !schedule.IsReused(i))], Steps("evaluated"));
        comparison.Exact($"{name}.evaluations", [schedule.Evaluations], [json.GetProperty("evaluations").GetInt32()]);

        var (states, velocities) = (new List<float[]>(), new List<float[]>());
        using var actions = engine.Flow.Denoise(
            session, file.Tensor("noise").unsqueeze(0), options, observe: (_, x) => states.Add(x.ToArray<float>()), observeVelocity: (_, v) => velocities.Add(v.ToArray<float>()));
        comparison.Relative(file, $"{name}.x", FixtureTensors.Concat(states), States);
        var evaluated = velocities.Where((_, i) => !schedule.IsReused(i)).ToList();
        comparison.Relative(file, $"{name}.v", FixtureTensors.Concat(evaluated), Velocities);
        comparison.Relative($"{name}.v[0]", Doubles(evaluated[0]), Doubles(file.Floats($"{name}.v")[..evaluated[0].Length]), FirstVelocity);
        var profile = VelocityProfile.Of(velocities);
        double[] Recorded(string key) => [.. json.GetProperty(key).EnumerateArray().Select(e => e.GetDouble())];
        comparison.Absolute($"{name}.velocity_change", [.. profile.Change], Recorded("velocity_change"), Profile);
        comparison.Absolute($"{name}.velocity_cosine", [.. profile.Cosine], Recorded("velocity_cosine"), Profile);
    }

    /// <summary>The reference found both grids equal, so nothing is recorded for the second.</summary>
    private static void SameGrid(string name, string other, JsonElement json, Comparison comparison)
    {
        var steps = json.GetProperty("schedules").GetProperty(other).GetProperty("steps").GetInt32();
        var (rounded, plain) = (new FlowSchedule(steps, grid: ScalarType.BFloat16), new FlowSchedule(steps));
        comparison.Exact($"{name}.times", Bits(rounded.Times), Bits(plain.Times));
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, v => (double)v);
}
