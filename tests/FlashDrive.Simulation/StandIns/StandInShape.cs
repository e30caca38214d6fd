using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Windows of one number of cameras: their layout and the pools for them.</summary>
internal sealed class StandInShape
{
    private readonly WindowRows[] _moved;
    private readonly KvPoolPlan _plan;
    private readonly KvPoolClass[] _classes;

    internal StandInShape(StandInOptions options, int views)
    {
        const int prefix = 1, tail = 1;
        var images = new List<PromptImage>();
        for (var view = 0; view < views; view++)
            for (var frame = 0; frame < options.Engine.FramesPerCamera; frame++) images.Add(new(view, frame, images.Count == 0 ? prefix : images[^1].End, Tokens: 1));
        Layout = WindowLayout.Of(images[^1].End + tail, images);
        Whole = WindowRows.Whole(Layout);
        _moved = [.. Enumerable.Range(1, options.Engine.FramesPerCamera).Select(inserted => WindowRows.Moved(Layout, options.Engine.FramesPerCamera, inserted))];
        Positions = new int[3 * Layout.Length];
        _plan = new(Layout, options.Sessions, Guided: false);
        _classes = [.. _plan.Classes()];
        ViewSlots = _plan.ViewSlots(options.Engine.Reasoning.Budget);
    }

    internal WindowLayout Layout { get; }

    internal WindowRows Whole { get; }

    internal WindowRows Moved(int inserted) => _moved[inserted - 1];

    internal int[] Positions { get; }

    internal int TailCapacity => _plan.TailCapacity;

    /// <summary>Differs from shape to shape.</summary>
    internal int ViewSlots { get; }

    internal WindowMemory NewMemory(KvGeometry geometry) => new(new KvPool(geometry, _classes), new WindowViewPool(geometry, _plan.Views, ViewSlots));
}
