using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;
using FlashDrive.World;

namespace FlashDrive.Training.Drafting;

/// <summary>
/// Records a thought with the target's features: one teacher-forced forward of the last prompt tokens and the thought over the cache
/// that the thought was drawn from, so that a stream's features are those of the stream.
/// </summary>
internal sealed class ThoughtRecorder
{
    private readonly DrivingModel _model;
    private readonly DrafterConfiguration _drafter;
    private readonly int[] _promptEnd;

    internal ThoughtRecorder(DrivingModel model, DrafterConfiguration drafter)
    {
        (_model, _drafter) = (model, drafter);
        var grid = model.NewImageProcessor().GridOf(ClipMaker.DefaultHeight, ClipMaker.DefaultWidth);
        var grids = Enumerable.Repeat(grid, CameraCatalog.DefaultIndices.Count * DrivingWindow.Frames).ToList();
        var prompt = model.Prompts.Build(new(grids, DrivingWindow.Frames, CameraCatalog.DefaultIndices, null));
        if (prompt.HistoryStart + prompt.HistoryCount > prompt.Length - drafter.ContextLength)
            throw new InvalidOperationException($"the last {drafter.ContextLength} prompt tokens reach into the ego history; they are taken to be the same in every window");
        _promptEnd = prompt.Ids[^drafter.ContextLength..];
    }

    /// <param name="session">Its thought is drawn and written; the window is still there.</param>
    /// <returns>Null for a thought that did not end by itself or is too short to be drafted.</returns>
    internal DraftThought? Record(ReasoningSession session, bool isStreamed)
    {
        var tokens = session.Tokens.TakeWhile(t => t != _model.Vocabulary.CotEnd).ToList();
        if (tokens.Count == session.Tokens.Count || tokens.Count < 2) return null;
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var language = _model.Network.Language;
        int[] ids = [.. _promptEnd, .. tokens.SkipLast(1)];
        var first = session.Scratch.WindowLength - _promptEnd.Length;
        var features = new float[ids.Length * _drafter.Features];
        language.Forward(
            language.Embed(torch.tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length)),
            language.Rotary.TextTables(session.PositionOf(first), ids.Length), AttentionMask.CausalFrom(first, ids.Length, language.Group),
            new Continuation(session.View, first), observe: (layer, stream) => Take(layer, stream, features));
        return new(features, [.. tokens, _model.Vocabulary.CotEnd, _model.Vocabulary.TrajectoryFutureStart], isStreamed);
    }

    private void Take(int layer, Tensor stream, float[] features)
    {
        var place = _drafter.TargetLayers.TakeWhile(l => l != layer).Count();
        if (place == _drafter.TargetLayers.Count) return;
        var rows = stream.to(ScalarType.Float32).contiguous().data<float>();
        for (var row = 0; row * _drafter.Hidden < rows.Length; row++)
            rows.Slice(row * _drafter.Hidden, _drafter.Hidden).CopyTo(features.AsSpan(row * _drafter.Features + place * _drafter.Hidden));
    }

    /// <summary>Rows that follow the first slots of a window and are forgotten with the forward pass.</summary>
    private sealed class Continuation(WindowView view, int slots) : IKeyValueStore
    {
        public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
        {
            var (keys, values) = view.Read(layer, slots);
            return (torch.cat([keys, rows.Keys.transpose(1, 2)], 2), torch.cat([values, rows.Values.transpose(1, 2)], 2));
        }
    }
}
