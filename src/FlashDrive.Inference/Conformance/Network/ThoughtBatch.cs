using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>The tensors that every situation of the reference's driving call records, compared for all rows of a batch.</summary>
internal sealed class ThoughtBatch(FixtureEngine engine, FixtureFile file, Comparison comparison)
{
    private readonly List<ForcedThought> _thoughts = [];
    private readonly List<int> _ropeDeltas = [];
    private readonly List<float[][]> _keys = [], _values = [];
    private readonly List<float[]> _velocity = [], _states = [], _embeds = [];

    internal int Waypoints => engine.Model.Configuration.ActionSpace.Waypoints;

    internal IReadOnlyList<ForcedThought> Thoughts => _thoughts;

    /// <summary>Actions of every row, [waypoints, 2].</summary>
    internal IReadOnlyList<float[]> Actions => [.. _states.Select(s => s[^(2 * Waypoints)..])];

    /// <summary>Runs one row: writes its thought, then evaluates the probe and integrates the flow.</summary>
    /// <param name="ropeDelta">Of the padded row.</param>
    internal void Run(ReasoningSession session, ForcedThought thought, int ropeDelta)
    {
        using var scope = torch.NewDisposeScope();
        var row = _thoughts.Count;
        _thoughts.Add(thought);
        _ropeDeltas.Add(ropeDelta);
        thought.Write(engine, session);
        var length = session.Lease.Table.Length;
        if (file.Contains("generated_key"))
        {
            var (keys, values) = engine.CacheRows(session, length, session.Scratch.Slots);
            _keys.Add(keys);
            _values.Add(values);
        }
        thought.CutJunk(session);
        if (file.Contains("velocity") && !file.Contains("velocity_guided")) Probe(session, thought, row);
        if (file.Contains("velocity_guided")) return;
        using var actions = engine.Flow.Denoise(session, file.Tensor("x0").narrow(0, row, 1), new FlowOptions(), offset: thought.ActionSlot, observe: KeepStates());
    }

    /// <summary>Collects the states of the next row's integration.</summary>
    internal Action<int, Tensor> KeepStates()
    {
        var states = new List<float>();
        var steps = engine.Model.Configuration.Flow.Steps;
        return (k, x) =>
        {
            states.AddRange(x.ToArray<float>());
            if (k == steps) _states.Add([.. states]);
        };
    }

    internal void Compare(double tolerance)
    {
        file.Inputs("sequences_raw", "x0");
        comparison.Exact(file, "sequences", [.. _thoughts.SelectMany(t => t.Cleaned(engine.Model.Vocabulary.Pad))]);
        comparison.Exact(file, "offset", [.. _thoughts.Select(t => t.Offset)]);
        comparison.Exact(file, "rope_deltas", _ropeDeltas.ToArray());
        int[] positions = [.. _thoughts.Zip(_ropeDeltas).SelectMany(pair => pair.First.Positions(Waypoints, pair.Second))];
        comparison.Exact(file, "position_ids", [.. positions, .. positions, .. positions]);
        comparison.Exact(file, "allowed", [.. _thoughts.SelectMany(t => t.Allowed(Waypoints))]);
        if (_keys.Count > 0)
        {
            comparison.Relative(file, "generated_key", FixtureTensors.ByLayer(_keys), tolerance);
            comparison.Relative(file, "generated_value", FixtureTensors.ByLayer(_values), tolerance);
        }
        if (_velocity.Count > 0)
        {
            file.Inputs("x", "t");
            comparison.Relative(file, "velocity", FixtureTensors.Concat(_velocity), tolerance);
        }
        if (file.Contains("embeds")) comparison.Relative(file, "embeds", FixtureTensors.Concat(_embeds), tolerance);
        if (file.Contains("times")) comparison.Relative(file, "times", new FlowSchedule(engine.Model.Configuration.Flow.Steps).Times, tolerance);
        comparison.Relative(file, "states", FixtureTensors.Concat(_states), tolerance);
    }

    private void Probe(ReasoningSession session, ForcedThought thought, int row)
    {
        var (x, t) = (file.Tensor("x").narrow(0, row, 1), file.Tensor("t").narrow(0, row, 1));
        _velocity.Add(engine.Flow.Velocity(session, x, t, thought.ActionSlot).ToArray<float>());
        _embeds.Add(engine.Model.Network.Expert.Input.Forward(x, t).ToArray<float>());
    }
}
