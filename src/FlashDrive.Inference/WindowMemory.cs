using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference;

/// <summary>The pools for one stream's windows of one shape and the prefill that uses them; made anew when cameras or image sizes change.</summary>
public sealed class WindowMemory : IDisposable
{
    private readonly IReadOnlyList<int> _cameras;
    private readonly IReadOnlyList<ImageGrid> _grids;
    private readonly bool _guided;

    /// <param name="budget">Longest thought in tokens.</param>
    /// <param name="settings">Its capacity of tails is set here.</param>
    internal WindowMemory(
        DrivingModel model, WindowLayout layout, int sessions, bool guided, int budget, IReadOnlyList<int>? cameras = null, IReadOnlyList<ImageGrid>? grids = null,
        PrefillSettings settings = default, DraftContext? context = null)
    {
        (_cameras, _grids, _guided) = (cameras ?? [], grids ?? [], guided);
        var plan = new KvPoolPlan(layout, sessions, guided);
        var language = model.Network.Language;
        var geometry = KvGeometry.Of(model.Configuration.Text, language.Dtype);
        Pool = new(geometry, plan.Classes());
        Views = new(geometry, plan.Views, plan.ViewSlots(budget));
        Stage = new(language, Pool, Views, settings with { TailCapacity = plan.TailCapacity }, context);
    }

    /// <summary>Pools for a prefill that brings its own way to fill them.</summary>
    internal WindowMemory(KvPool pool, WindowViewPool views) => (_cameras, _grids, Pool, Views, Stage) = ([], [], pool, views, null!);

    public KvPool Pool { get; }

    public WindowViewPool Views { get; }

    /// <summary>Blocks and views lent at the moment.</summary>
    public int Lent => Pool.Total - Pool.Free + Views.Total - Views.Free;

    internal PrefillStage Stage { get; }

    /// <summary>The route may differ: a tail block has room for any route text of the allowance.</summary>
    internal bool Fits(PrefillRequest request) =>
        request.Guided == _guided && request.Cameras.SequenceEqual(_cameras) && request.Grids.SequenceEqual(_grids);

    internal static WindowMemory For(DrivingModel model, PrefillRequest request, int sessions, EngineOptions options)
    {
        // Without a route, so that every route has the whole allowance.
        var layout = WindowLayout.Of(model.Prompts.Build(request.Prompt with { Route = null }));
        var fast = options.Streaming.Enabled || options.OwnKernels;
        var context = DraftContext.Of(model.DrafterOf(options));
        return new(model, layout, sessions, request.Guided, options.Reasoning.Budget, request.Cameras, [.. request.Grids], new(LastRowOnly: fast, KeepPrepared: fast, OwnKernels: options.OwnKernels), context);
    }

    public void Dispose()
    {
        Stage?.Dispose();
        Views.Dispose();
        Pool.Dispose();
    }
}
