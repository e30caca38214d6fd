using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Prefill of a stream: moves the waiting frames into its window, builds the prompt over the window's features and runs the language
/// model over all of it. Holds the model's weights (shared, read only); a stream's window and pools are in its <see cref="PrefillState"/>.
/// </summary>
/// <param name="sessions">Frames between prefill and plan at the same time (S of the design).</param>
public sealed class StreamPrefillStage(DrivingModel model, EngineOptions options, int sessions) : IPrefill
{
    public PrefilledWindow? Prefill(PrefillState state, IReadOnlyList<EncodedFrame> waiting)
    {
        state.Sweep();
        var proposal = state.Window.Propose(waiting);
        if (!proposal.IsWhole)
        {
            state.Window.Commit(proposal, waiting, table: null);
            return null;
        }
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var images = new WindowImages(proposal.Slots);
        var window = Whole(state, proposal.Facts, images.Grids, images.Features());
        state.Window.Commit(proposal, waiting, window.Session.Lease.Share());
        return window;
    }

    /// <summary>A window of given features, whatever the stream's own window holds.</summary>
    /// <param name="grids">Patch grid of every image in prompt order: camera-major, oldest first.</param>
    public PrefilledWindow Whole(PrefillState state, WindowFacts facts, IReadOnlyList<ImageGrid> grids, VisionFeatures features)
    {
        var newest = facts.Newest;
        var request = new PrefillRequest(
            newest.Cameras, options.FramesPerCamera, grids, features, model.HistoryTokens(newest.History), options.Route ?? newest.Navigation,
            options.Flow.GuidanceWeight is not null);
        if (state.Memory?.Fits(request) != true) state.Replace(WindowMemory.For(model, request, sessions, options.Reasoning.Budget));
        return state.Memory!.Stage.Prefill(facts, request);
    }
}
