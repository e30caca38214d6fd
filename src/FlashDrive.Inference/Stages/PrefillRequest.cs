using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Stages;

/// <summary>What the prompt of one window shows.</summary>
/// <param name="Grids">Patch grid of every image in prompt order: camera-major, oldest first.</param>
/// <param name="Guided">A second window without the route is wanted beside it.</param>
public sealed record PrefillRequest(IReadOnlyList<int> Cameras, int FramesPerCamera, IReadOnlyList<ImageGrid> Grids, string? Route = null, bool Guided = false)
{
    public PromptRequest Prompt => new(Grids, FramesPerCamera, Cameras, Route);
}
