using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Prefill of a stream: moves the waiting frames into its window, builds the prompt over it and runs the language model: streaming, over
/// the new frames and the tail on the blocks of the window before; otherwise over all of it. Holds the model's weights (shared, read
/// only); a stream's window and pools are in its <see cref="PrefillState"/>.
/// </summary>
/// <param name="sessions">Frames between prefill and plan at the same time (S of the design).</param>
public sealed class StreamPrefillStage(DrivingModel model, EngineOptions options, int sessions) : IPrefill
{
    /// <summary>The window's prompt has another number of tokens than the one before: no block stands where it stood.</summary>
    public const string PromptLength = "prompt_length";

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
        var facts = proposal.Facts;
        var (memory, request, prompt) = Prepare(state, facts.Newest, images.Grids);
        var earlier = options.Streaming.Enabled && facts.ColdReason is null ? state.Window.Table : null;
        if (earlier is not null && earlier.Table.Length != prompt.Length) (earlier, facts) = (null, facts with { ColdReason = PromptLength });
        if (earlier is not null && state.Window.Age >= options.Streaming.RefreshEvery) (earlier, facts) = (null, facts with { Refreshed = true });
        var window = Run(memory, facts, request, prompt, images.Features(earlier is null ? options.FramesPerCamera : facts.Inserted), earlier);
        state.Window.Commit(proposal, waiting, window.Session.Lease.Share(), whole: earlier is null);
        return window;
    }

    /// <summary>A window of given features, whatever the stream's own window holds.</summary>
    /// <param name="grids">Patch grid of every image in prompt order: camera-major, oldest first.</param>
    public PrefilledWindow Whole(PrefillState state, WindowFacts facts, IReadOnlyList<ImageGrid> grids, VisionFeatures features)
    {
        var (memory, request, prompt) = Prepare(state, facts.Newest, grids);
        return Run(memory, facts, request, prompt, features, earlier: null);
    }

    private (WindowMemory, PrefillRequest, Prompt) Prepare(PrefillState state, FrameFacts newest, IReadOnlyList<ImageGrid> grids)
    {
        var request = new PrefillRequest(newest.Cameras, options.FramesPerCamera, grids, options.Route ?? newest.Navigation, options.Flow.GuidanceWeight is not null);
        if (state.Memory?.Fits(request) != true) state.Replace(WindowMemory.For(model, request, sessions, options));
        return (state.Memory!, request, model.Prompts.Build(request.Prompt));
    }

    private PrefilledWindow Run(WindowMemory memory, WindowFacts facts, PrefillRequest request, Prompt prompt, VisionFeatures features, KvLease? earlier)
    {
        var history = model.HistoryTokens(facts.Newest.History);
        var session = earlier is null
            ? memory.Stage.Whole(prompt, history, features)
            : memory.Stage.Moved(prompt, history, features, earlier, options.FramesPerCamera, facts.Inserted);
        try
        {
            var guided = request.Guided && request.Route is not null;
            return new(facts, session, guided ? memory.Stage.WithoutRoute(prompt.FuseHistory(history), session) : null);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
