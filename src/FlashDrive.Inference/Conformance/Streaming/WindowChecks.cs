using FlashDrive.Inference.Conformance.Drafting;
using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Streaming;

/// <summary>One window of the stream beside what the reference recorded of it.</summary>
internal sealed class WindowChecks(RecordedStream stream, int window, int[] tokens, FixtureFile file, Comparison comparison)
{
    private readonly DrivingModel _model = stream.Engine.Model;

    internal void Inputs()
    {
        var (prompt, slots) = (stream.Prompt, stream.Rows(window).Slots);
        var (all, fed) = (new long[prompt.Length], new long[slots.Length]);
        prompt.WriteIds(stream.HistoryTokens(window), all);
        prompt.WriteIds(stream.HistoryTokens(window), slots, fed);
        comparison.Exact(file, "full_input_ids", all);
        comparison.Exact(file, "input_ids", fed);
        comparison.Exact(file, "slots", slots);
        var features = stream.Features(window, window == 0 ? stream.Frames : 1);
        comparison.Relative(file, "image_embeds", features.Merged, StreamingKind.Network);
        comparison.Relative(file, "deepstack_embeds", torch.stack([.. features.Deepstack]), StreamingKind.Network);
    }

    /// <summary>The blocks right after the prefill, and their table after the next move.</summary>
    internal void Cache(ReasoningSession session)
    {
        file.Inputs("kv_slots");
        var slots = torch.tensor(file.Integers("kv_slots"));
        foreach (var (name, cache) in new[] { ("key", Blocks(session, keys: true)), ("value", Blocks(session, keys: false)) })
        {
            comparison.Relative(file, $"{name}s", cache.index_select(2, slots), StreamingKind.Network);
            var norms = Norms(cache);
            comparison.RelativePerRow(file, $"{name}_norms", norms, One(norms.Length), StreamingKind.Network);
            var (shifted, length) = ((double[])norms.Clone(), stream.Layout.Length);
            foreach (var (from, to) in StreamLayout.Moves(stream))
                for (var layer = 0; layer < norms.Length; layer += length) shifted[layer + to] = norms[layer + from];
            comparison.RelativePerRow(file, $"shifted_{name}_norms", shifted, One(shifted.Length), StreamingKind.Network);
        }
    }

    /// <param name="hidden">Residual stream of the last tail token after each layer.</param>
    internal void Hidden(float[][] hidden) => comparison.Relative(file, "last_hidden_per_layer", FixtureTensors.Concat(hidden), StreamingKind.Network);

    /// <summary>The thought, its cache, and the flow over both.</summary>
    internal void ThoughtAndFlow(ReasoningSession session, bool ownKernels)
    {
        var thought = RecordedThought.Draw(stream, session, ownKernels);
        comparison.Relative(file, "logits", thought.FirstLogits, StreamingKind.Network);
        comparison.Exact(file, "tokens", thought.Tokens);
        comparison.Exact("config.json tokens", thought.Tokens, tokens);
        comparison.Relative(file, "decode_last_hidden", thought.Hidden, StreamingKind.Network);
        if (file.Contains("decode_logits")) comparison.Relative(file, "decode_logits", thought.Logits, StreamingKind.Network);
        var (keys, values) = stream.Engine.CacheRows(session, session.Lease.Table.Length, session.Scratch.Slots);
        comparison.Relative(file, "generated_keys", FlashDrafting.BeforeRotary(stream.Engine, session, keys), StreamingKind.Network);
        comparison.Relative(file, "generated_values", FixtureTensors.Concat(values), StreamingKind.Network);

        var hidden = new List<float[]>();
        comparison.Relative(file, "velocity", Velocity(session, hidden), StreamingKind.Velocity);
        comparison.Relative(file, "expert_hidden", FixtureTensors.Concat(hidden), StreamingKind.Velocity);
        var states = States(session);
        comparison.Relative(file, "x", FixtureTensors.Concat(states), StreamingKind.States);
        var trajectories = new Trajectories(_model);
        trajectories.Add(states[^1], stream.History(window));
        comparison.Absolute(file, "trajectory_xyz", trajectories.Xyz, StreamingKind.Metres);
        comparison.Absolute(file, "trajectory_rot", trajectories.Rot, StreamingKind.Metres);
    }

    /// <summary>The whole window computed anew: what streaming approximates, and what a first layer cannot differ from.</summary>
    internal void Whole(ReasoningSession whole, ReasoningSession streamed)
    {
        foreach (var (name, keys) in new[] { ("keys", true), ("values", false) })
            comparison.Relative($"{file.Name} first layer's {name} of a whole prefill", Numbers(Blocks(streamed, keys).select(0, 0)), Numbers(Blocks(whole, keys).select(0, 0)),
                StreamingKind.Network);
        var thought = RecordedThought.Draw(stream, whole, ownKernels: false);
        comparison.Relative(file, "full_logits", thought.FirstLogits, StreamingKind.Network);
        comparison.Exact(file, "full_tokens", thought.Tokens);
        RecordedThought.Dictate(stream, whole, tokens);
        comparison.Relative(file, "full_velocity", Velocity(whole, []), StreamingKind.Velocity);
        comparison.Relative(file, "full_actions", States(whole)[^1], StreamingKind.States);
    }

    /// <summary>At t = 0.</summary>
    private Tensor Velocity(ReasoningSession session, List<float[]> hidden) => stream.Engine.Flow.Velocity(session, stream.Noise(window), torch.zeros(1, 1, 1), observe: (index, h) =>
    {
        if (index == 0) return;
        hidden.Add(h.narrow(1, 0, 1).ToArray<float>());
        hidden.Add(h.narrow(1, h.size(1) - 1, 1).ToArray<float>());
    });

    private List<float[]> States(ReasoningSession session)
    {
        var states = new List<float[]>();
        stream.Engine.Flow.Denoise(session, stream.Noise(window), stream.Options.Flow, observe: (_, x) => states.Add(x.ToArray<float>())).Dispose();
        return states;
    }

    /// <summary>Keys before rotary or values of every slot, [layers, kvHeads, slots, headDim].</summary>
    private static Tensor Blocks(ReasoningSession session, bool keys)
    {
        var table = session.Lease.Table;
        return torch.cat([.. Enumerable.Range(0, table.Count).Select(i => keys ? table.Block(i).Keys : table.Block(i).Values)], 2);
    }

    /// <summary>Over heads and their dimensions, [layers, slots].</summary>
    private static double[] Norms(Tensor cache)
    {
        var (layers, heads, slots, width) = (cache.size(0), cache.size(1), cache.size(2), cache.size(3));
        var (values, norms) = (cache.ToArray<float>(), new double[layers * slots]);
        for (var i = 0; i < values.Length; i++) norms[i / (heads * slots * width) * slots + i / width % slots] += (double)values[i] * values[i];
        return Array.ConvertAll(norms, Math.Sqrt);
    }

    private static double[] Numbers(Tensor tensor) => Array.ConvertAll(tensor.ToArray<float>(), value => (double)value);

    private static int[] One(int count) => [.. Enumerable.Repeat(1, count)];
}
