using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference;

/// <summary>The pools for windows of one shape and the prefill that uses them; made anew when cameras or image sizes change.</summary>
internal sealed class WindowMemory : IDisposable
{
    // One thread, one frame at a time.
    private const int Sessions = 1;

    private readonly string _shape;

    /// <param name="budget">Longest thought in tokens.</param>
    internal WindowMemory(DrivingModel model, WindowLayout layout, int sessions, bool guided, int budget, string shape = "")
    {
        _shape = shape;
        var plan = new KvPoolPlan(layout, sessions, guided);
        var language = model.Network.Language;
        var geometry = KvGeometry.Of(model.Configuration.Text, language.Dtype);
        Pool = new(geometry, plan.Classes());
        Views = new(geometry, plan.Views, plan.ViewSlots(budget));
        Stage = new(language, model.Prompts, model.Vocabulary, model.Configuration.Vision.MergeSize, Pool, Views);
    }

    internal KvPool Pool { get; }

    internal WindowViewPool Views { get; }

    internal PrefillStage Stage { get; }

    /// <summary>The present memory when it fits the request, otherwise a new one in its place.</summary>
    internal static WindowMemory For(WindowMemory? present, DrivingModel model, PrefillRequest request, EngineOptions options)
    {
        var shape = $"{string.Join(',', request.Cameras)};{string.Join(',', request.Grids)};{request.FramesPerCamera};{request.Route};{request.Guided}";
        if (present?._shape == shape) return present;
        present?.Dispose();
        var layout = WindowLayout.Of(model.Prompts.Build(new(request.Grids, request.FramesPerCamera, request.Cameras, request.Route)));
        return new(model, layout, Sessions, request.Guided, options.Reasoning.Budget, shape);
    }

    public void Dispose()
    {
        Pool.Dispose();
        Views.Dispose();
    }
}
