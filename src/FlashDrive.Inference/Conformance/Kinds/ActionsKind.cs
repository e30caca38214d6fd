using System.Text.Json;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The unicycle action space both ways, both trajectory tokenizers, and the projection of actions into the expert.</summary>
public sealed class ActionsKind : IFixtureKind
{
    // Ours are double solves, so what was recorded from float64 is met to float32 rounding; the float32 run is met to its own error.
    private const double SpeedTolerance = 2e-4, ActionTolerance = 2e-6, Float32ActionTolerance = 1e-3, StateTolerance = 2e-4;
    private const double PathTolerance = 5e-4, RotationTolerance = 2e-5, DecodedXyzTolerance = 5e-5, DecodedRotationTolerance = 1e-4;
    private const double FrequencyTolerance = 1e-6, FeatureTolerance = 1e-3, EmbeddingTolerance = 1e-4;

    // The discrete tokenizer of the recorded runs.
    private static readonly FutureTokenizerConfiguration FutureBins = new(3000, [-10, -10], [10, 10]);

    public string Name => "actions";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        var (file, config) = (folder.Open("trajectories"), folder.Json("config.json"));
        foreach (var (prefix, block) in new[] { ("", "action_space"), ("alt.", "alt_action_space") })
        {
            if (config.IsNull(block)) continue;
            var inputs = new[] { "history_xyz", "history_rot", "future_xyz", "future_rot", "noise_actions", "noise_v0" };
            file.Inputs(inputs.Select(name => prefix + name));
            RunWindows(new(file, prefix), ActionSpaceConfiguration.Read("config.json", config.GetProperty(block)), comparison);
        }
        RunProjection(folder, config.GetProperty("projection"), comparison);
    }

    private static void RunWindows(Windows w, ActionSpaceConfiguration constants, Comparison comparison)
    {
        var (space, rounded) = (new UnicycleActionSpace(constants), new UnicycleActionSpace(constants.WithReferenceBf16Constants()));
        var discrete = new DiscreteTrajectoryTokenizer(FutureBins, space);
        var delta = new DeltaTrajectoryTokenizer(HistoryTokenizerConfiguration.Published);
        var deltaWithYaw = new DeltaTrajectoryTokenizer(HistoryTokenizerConfiguration.Published with { PredictYaw = true });
        var floats = new Dictionary<string, List<double>>();
        var ints = new Dictionary<string, List<int>>();
        for (var i = 0; i < w.Count; i++)
        {
            var (history, future) = (w.Poses("history", i), w.Poses("future", i));
            var speed = space.SpeedAtT0(history);
            Add("history_speed", space.HistorySpeeds(history));
            Add("v0", [speed]);
            var actions = space.ToActions(future, speed, out var speeds, out var headings);
            Add("actions", actions);
            Add("states_v_theta", speeds.Zip(headings).SelectMany(p => new[] { p.First, p.Second }));
            var normalised = Array.ConvertAll(actions, value => (float)value);
            AddPath("rollout", space.Rollout(normalised, speed), w.Height(i));
            Add("rollout_xyz_bf16_constants", Xyz(rounded.Rollout(normalised, speed), w.Height(i)));
            Add("noise_rollout_xyz", Xyz(space.Rollout(w.Row("noise_actions", i), w.Row("noise_v0", i)[0]), w.Height(i)));
            AddInts("noise_within_bounds", [space.IsWithinBounds(w.Row("noise_actions", i)) ? 1 : 0]);
            AddInts("actions_within_bounds", [space.IsWithinBounds(normalised) ? 1 : 0]);
            var bins = delta.Encode(w.Row("history_xyz", i));
            AddInts("history_bins", bins);
            var (xyz, yaw) = delta.Decode(bins);
            Add("history_decoded_xyz", xyz);
            Add("history_decoded_rot", yaw.SelectMany(Rotation));
            AddInts("history_bins_with_yaw", deltaWithYaw.Encode(w.Row("history_xyz", i), w.Row("history_rot", i)));
            Add("history_decoded_rot_with_yaw", deltaWithYaw.Decode(w.Bins("history_bins_with_yaw", i)).Yaw.SelectMany(Rotation));
            AddInts("future_bins", discrete.EncodeActions(actions));
            Add("future_decoded_xyz", Xyz(discrete.Decode(w.Bins("future_bins", i), speed), w.Height(i)));
        }

        foreach (var (name, tolerance) in new[]
        {
            ("history_speed", SpeedTolerance), ("v0", SpeedTolerance), ("states_v_theta", StateTolerance), ("rollout_xyz", PathTolerance),
            ("rollout_rot", RotationTolerance), ("rollout_xyz_bf16_constants", PathTolerance), ("noise_rollout_xyz", PathTolerance),
            ("history_decoded_xyz", DecodedXyzTolerance), ("history_decoded_rot", DecodedRotationTolerance),
            ("history_decoded_rot_with_yaw", DecodedRotationTolerance), ("future_decoded_xyz", PathTolerance),
        }) comparison.Absolute(w.File, w.Prefix + name, [.. floats[name]], tolerance);
        int[] perWindow = [.. Enumerable.Repeat(2 * space.Waypoints, w.Count)];
        comparison.RelativePerRow(w.File, w.Prefix + "actions", [.. floats["actions"]], perWindow, ActionTolerance);
        comparison.RelativePerRow(w.File, w.Prefix + "actions_float32", [.. floats["actions"]], perWindow, Float32ActionTolerance);
        foreach (var name in new[] { "noise_within_bounds", "actions_within_bounds", "history_bins" }) comparison.Exact(w.File, w.Prefix + name, [.. ints[name]]);
        // One entry in four is a yaw, and one yaw in a hundred may lie at a rounding border.
        comparison.FewOff(w.File, w.Prefix + "history_bins_with_yaw", [.. ints["history_bins_with_yaw"]], share: 0.01 / 4);
        comparison.FewOff(w.File, w.Prefix + "future_bins", [.. ints["future_bins"]], share: 0.02);
        comparison.FewOff(w.File, w.Prefix + "future_bins_float32", [.. ints["future_bins"]], share: 0.02);

        void Add(string name, IEnumerable<double> values) => (floats.TryGetValue(name, out var all) ? all : floats[name] = []).AddRange(values);

        void AddInts(string name, IEnumerable<int> values) => (ints.TryGetValue(name, out var all) ? all : ints[name] = []).AddRange(values);

        void AddPath(string name, PlanarPose[] path, double height)
        {
            Add(name + "_xyz", Xyz(path, height));
            Add(name + "_rot", path.SelectMany(pose => Rotation(pose.Yaw)));
        }
    }

    private static void RunProjection(FixtureFolder folder, JsonElement sizes, Comparison comparison)
    {
        var (file, weights) = (folder.Open("projection"), folder.Open("projection_weights"));
        file.Inputs("x", "t");
        weights.Inputs(weights.Tensors);
        using var parameters = new ParameterSet(weights.Tensors.Select(name => KeyValuePair.Create(name, weights.Tensor(name))));
        var configuration = new ActionInputConfiguration(sizes.Int("hidden"), sizes.Int("layers"), sizes.Int("feats"), sizes.Number("max_freq"));
        foreach (var (table, rounded) in new[] { ("float32_table", false), ("bf16_table", true) })
        {
            using var scope = torch.NewDisposeScope();
            var frequencies = FourierFeatures.Table(configuration.FourierFeatures, configuration.MaxFrequency, rounded);
            comparison.Relative(file, $"frequencies_{table}", frequencies, FrequencyTolerance);
            using var projection = new ActionInputProjection(configuration, parameters, frequencies, prefix: "");
            var (x, t) = (file.Tensor("x"), file.Tensor("t"));
            var features = projection.Features(x, t).ToArray<float>();
            comparison.Absolute(file, $"features_{table}", features, FeatureTolerance);
            comparison.Relative(file, $"features_{table}", features, EmbeddingTolerance);
            comparison.Relative(file, $"embedding_{table}", projection.Forward(x, t).ToArray<float>(), EmbeddingTolerance);
        }
    }

    private static IEnumerable<double> Xyz(PlanarPose[] path, double height) => path.SelectMany(pose => new[] { pose.X, pose.Y, height });

    private static double[] Rotation(double yaw) => [Math.Cos(yaw), -Math.Sin(yaw), 0, Math.Sin(yaw), Math.Cos(yaw), 0, 0, 0, 1];

    /// <summary>One group of windows in the file.</summary>
    private sealed record Windows(FixtureFile File, string Prefix)
    {
        private readonly Dictionary<string, float[]> _rows = [];

        public int Count => (int)File.Shape(Prefix + "history_xyz")[0];

        public float[] Row(string name, int window)
        {
            if (!_rows.TryGetValue(name, out var all)) _rows[name] = all = File.Floats(Prefix + name);
            return all[(window * (all.Length / Count))..((window + 1) * (all.Length / Count))];
        }

        public int[] Bins(string name, int window)
        {
            var all = File.Ints(Prefix + name);
            return all[(window * (all.Length / Count))..((window + 1) * (all.Length / Count))];
        }

        /// <summary>Height of the newest history pose, which a rolled-out trajectory keeps.</summary>
        public double Height(int window) => Row("history_xyz", window)[^1];

        public PlanarPose[] Poses(string which, int window)
        {
            var (xyz, rotations) = (Row(which + "_xyz", window), Row(which + "_rot", window));
            return [.. Enumerable.Range(0, xyz.Length / 3).Select(i => PlanarPose.From(xyz.AsSpan(3 * i, 3), rotations.AsSpan(9 * i, 9)))];
        }
    }
}
