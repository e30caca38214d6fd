using System.Text.Json;
using FlashDrive.Inference.Conformance.Drafting;
using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Conformance.Streaming;

/// <summary>Where everything stands: spans, slots, positions, the mask, and what a move of the block table is in a contiguous cache.</summary>
internal static class StreamLayout
{
    internal static void Compare(RecordedStream stream, ReasoningSession session, JsonElement json, FixtureFile file, Comparison comparison)
    {
        // The rule of version 1, whose prompts have no labels.
        file.Inputs("streaming_mask_tight");
        var (layout, slots) = (stream.Layout, json.Int("cache_slots"));
        var rows = WindowRows.Moved(layout, stream.Frames, 1);
        comparison.Exact("config.json prompt_length", [layout.Length], [json.Int("prompt_length")]);
        comparison.Exact("config.json cache_slots", [layout.Length + stream.Budget + json.Int("block_size") + json.Int("action_tokens")], [slots]);
        comparison.Exact("config.json query_length", [rows.Slots.Length], [json.Int("query_length")]);
        comparison.Exact("config.json tail_span", [layout.Parts[^1].Start, layout.Parts[^1].End], json.Ints("tail_span"));
        comparison.Exact("config.json frame_spans", [.. layout.Parts.Where(IsVisual).SelectMany(part => new[] { part.Start, part.End })],
            [.. json.Array("frame_spans").SelectMany(view => view.EnumerateArray().SelectMany(span => span.Ints()))]);
        var (v, ids) = (stream.Engine.Model.Vocabulary, json.GetProperty("ids"));
        comparison.Exact("config.json ids", [v.VisionStart, v.VisionEnd, v.ImagePad, v.CotEnd, v.TrajectoryFutureStart, v.TrajectoryStart, v.TrajectoryStart + v.TrajectoryCount],
            [ids.Int("vision_start"), ids.Int("vision_end"), ids.Int("image"), ids.Int("cot_end"), ids.Int("traj_future_start"), .. ids.Ints("trajectory_span")]);

        comparison.Exact(file, "position_table", FlashDrafting.Positions(session, slots));
        comparison.Exact(file, "streaming_slots", rows.Slots);
        comparison.Exact(file, "streaming_mask", Mask(stream, rows, slots));
        var moves = Moves(stream).ToList();
        comparison.Exact(file, "shift_source", [.. moves.Select(move => move.From)]);
        comparison.Exact(file, "shift_destination", [.. moves.Select(move => move.To)]);
        int[] numbers = [.. Enumerable.Range(0, slots)];
        foreach (var (from, to) in moves) numbers[to] = from;
        comparison.Exact("config.json shifted_slot_numbers", numbers, json.Ints("shifted_slot_numbers"));
    }

    /// <summary>Which slot of the earlier window each slot of a kept frame shows after a move by one tick.</summary>
    internal static IEnumerable<(int From, int To)> Moves(RecordedStream stream)
    {
        var (layout, rows) = (stream.Layout, WindowRows.Moved(stream.Layout, stream.Frames, 1));
        for (var i = 0; i < layout.Parts.Count; i++)
        {
            var (part, source) = (layout.Parts[i], rows.SourceOf(i));
            if (!IsVisual(part) || source < 0) continue;
            for (var k = 0; k < part.Length; k++) yield return (layout.Parts[source].Start + k, part.Start + k);
        }
    }

    private static bool IsVisual(WindowPart part) => part.Kind == WindowPartKind.Visual;

    /// <summary>1 where a row of the prefill may read, [rows, slots]; the engine's mask ends with the window.</summary>
    private static byte[] Mask(RecordedStream stream, WindowRows rows, int slots)
    {
        using var prepared = new PreparedRows(stream.Engine.Model.Network.Language, rows, stream.Prompt.Layout.Positions, stream.Prompt.Layout.ImagePlaces);
        var (additive, length) = (prepared.Mask!.ToArray<float>(), stream.Layout.Length);
        var visible = new byte[rows.Slots.Length * slots];
        for (var row = 0; row < rows.Slots.Length; row++)
            for (var slot = 0; slot < length; slot++) visible[row * slots + slot] = additive[row * length + slot] == 0 ? (byte)1 : (byte)0;
        return visible;
    }
}
