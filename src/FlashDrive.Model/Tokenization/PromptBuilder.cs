using System.Globalization;
using System.Text;
using FlashDrive.Driving;

namespace FlashDrive.Model.Tokenization;

/// <summary>What a prompt shows: images in prompt order, camera-major, oldest frame first.</summary>
/// <param name="Grids">Size of every image in patches.</param>
/// <param name="FramesPerCamera">Images of one camera.</param>
/// <param name="Cameras">Camera indices in prompt order; null writes images back to back without any text (the prompt of version 1).</param>
/// <param name="Route">Free navigation text such as "Turn right in 30m", or null.</param>
/// <param name="Question">Makes it a question prompt: no history, no route; the answer follows.</param>
public sealed record PromptRequest(
    IReadOnlyList<ImageGrid> Grids, int FramesPerCamera, IReadOnlyList<int>? Cameras, string? Route = null, string? Question = null);

/// <summary>Writes the chat prompts of Alpamayo 1 and 1.5 (alpamayo.md §4) for any number of cameras and frames.</summary>
/// <param name="historyTokens">Number of history slots (tokens_per_history_traj).</param>
/// <param name="mergeSize">Side of the square of patches that becomes one token.</param>
/// <param name="includeCameraNames">Name each camera before its first image.</param>
/// <param name="includeFrameNumbers">Number every frame.</param>
public sealed class PromptBuilder(
    ModelVocabulary vocabulary, int historyTokens, int mergeSize = 2, bool includeCameraNames = true, bool includeFrameNumbers = true)
{
    private const string System = "You are a driving assistant that generates safe and accurate actions.";
    private const string Instruction = "output the chain-of-thought reasoning of the driving process, then output the future trajectory.";
    private const string Image = "<|vision_start|><|image_pad|><|vision_end|>";

    // Streams ask for the same prompt frame after frame; as many different ones as streams with routes of their own usually show.
    private const int MostKept = 16;

    // Newest first. The array is replaced, never changed, so any number of threads may build.
    private volatile (PromptRequest Request, Prompt Prompt)[] _kept = [];

    /// <summary>The prompt of a request; equal requests may get the same object.</summary>
    /// <exception cref="ArgumentException">Counts do not fit together, or free text holds a control token.</exception>
    public Prompt Build(PromptRequest request)
    {
        var kept = _kept;
        foreach (var (known, prompt) in kept)
            if (Same(known, request)) return prompt;
        // Lists of the caller's own may change later.
        var frozen = request with { Grids = [.. request.Grids], Cameras = request.Cameras is { } cameras ? [.. cameras] : null };
        var made = Make(frozen);
        _kept = [(frozen, made), .. kept.Take(MostKept - 1)];
        return made;
    }

    private static bool Same(PromptRequest a, PromptRequest b) =>
        a.FramesPerCamera == b.FramesPerCamera && a.Route == b.Route && a.Question == b.Question && Same(a.Grids, b.Grids)
        && (a.Cameras is null ? b.Cameras is null : b.Cameras is not null && Same(a.Cameras, b.Cameras));

    private static bool Same<T>(IReadOnlyList<T> a, IReadOnlyList<T> b) where T : IEquatable<T>
    {
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
            if (!a[i].Equals(b[i])) return false;
        return true;
    }

    private Prompt Make(PromptRequest request)
    {
        Check(request);
        var text = Render(request);
        var ids = new List<int>();
        var images = new List<PromptImage>(request.Grids.Count);
        int historyStart = -1, historyCount = 0, routeStart = -1, routeEnd = -1;
        foreach (var id in vocabulary.Tokenizer.Encode(text))
        {
            if (id == vocabulary.ImagePad)
            {
                var tokens = request.Grids[images.Count].Tokens(mergeSize);
                images.Add(new(images.Count / request.FramesPerCamera, images.Count % request.FramesPerCamera, ids.Count - 1, tokens));
                for (var i = 0; i < tokens; i++) ids.Add(id);
                continue;
            }
            if (request.Question is null)
            {
                if (id == vocabulary.TrajectoryHistory && historyCount++ == 0) historyStart = ids.Count;
                if (request.Route is not null && id == vocabulary.RouteStart) routeStart = ids.Count;
                if (request.Route is not null && id == vocabulary.RouteEnd) routeEnd = ids.Count + 1;
            }
            ids.Add(id);
        }
        int[] all = [.. ids];
        return new(text, all, request.Grids, images, historyStart, historyCount, routeStart, routeEnd)
        {
            Layout = new(all, request.Grids, vocabulary.ImagePad, mergeSize),
        };
    }

    private string Render(PromptRequest request)
    {
        var text = new StringBuilder(2048);
        text.Append("<|im_start|>system\n").Append(System).Append("<|im_end|>\n<|im_start|>user\n");
        for (var i = 0; i < request.Grids.Count; i++)
        {
            var (view, frame) = (i / request.FramesPerCamera, i % request.FramesPerCamera);
            if (request.Cameras is { } cameras)
            {
                if (includeCameraNames && frame == 0) text.Append(CameraCatalog.DisplayName(cameras[view])).Append(": ");
                if (includeFrameNumbers) text.Append("frame ").Append(frame.ToString(CultureInfo.InvariantCulture)).Append(' ');
            }
            text.Append(Image);
        }
        if (request.Question is { } question)
            return text.Append("<|question_start|>").Append(question).Append("<|question_end|><|im_end|>\n<|im_start|>assistant\n<|answer_start|>").ToString();
        text.Append("<|traj_history_start|>");
        for (var i = 0; i < historyTokens; i++) text.Append("<|traj_history|>");
        text.Append("<|traj_history_end|>");
        if (request.Route is { } route) text.Append("<|route_start|>").Append(route).Append("<|route_end|>");
        return text.Append(Instruction).Append("<|im_end|>\n<|im_start|>assistant\n<|cot_start|>").ToString();
    }

    private void Check(PromptRequest request)
    {
        if (request.FramesPerCamera < 1 || request.Grids.Count == 0 || request.Grids.Count % request.FramesPerCamera != 0)
            throw new ArgumentException($"{request.Grids.Count} images must be a positive multiple of {request.FramesPerCamera} frames per camera", nameof(request));
        if (request.Cameras is { } cameras && cameras.Count * request.FramesPerCamera != request.Grids.Count)
            throw new ArgumentException(
                $"{cameras.Count} cameras with {request.FramesPerCamera} frames each need {cameras.Count * request.FramesPerCamera} images, got {request.Grids.Count}",
                nameof(request));
        foreach (var grid in request.Grids)
            if (grid.T < 1 || grid.H < mergeSize || grid.W < mergeSize || grid.H % mergeSize != 0 || grid.W % mergeSize != 0)
                throw new ArgumentException($"image grid {grid} must be whole multiples of the merge size {mergeSize}", nameof(request));
        if (request.Route is not null && request.Question is not null) throw new ArgumentException("a question prompt has no route", nameof(request));
        foreach (var (name, free) in new[] { ("navigation text", request.Route), ("question", request.Question) })
            if (free is not null && vocabulary.Tokenizer.ContainsControlToken(free, out var token))
                throw new ArgumentException($"the {name} \"{free}\" holds the control token {token}; remove it", nameof(request));
    }
}
