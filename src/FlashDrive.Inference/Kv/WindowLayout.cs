using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Kv;

/// <summary>What a block of a window holds.</summary>
public enum WindowPartKind
{
    /// <summary>Everything before the first image: system turn, user header, first label. Never changes within a stream.</summary>
    Prefix,

    /// <summary>The text between two images: camera names and frame numbers.</summary>
    Label,

    /// <summary>One frame of one view, vision_start and vision_end included.</summary>
    Visual,

    /// <summary>Everything behind the last image: ego history, route, instruction, assistant header. New in every window.</summary>
    Tail,
}

/// <summary>A run of slots that becomes one block.</summary>
/// <param name="Start">First slot; slots are token indices of the prompt.</param>
/// <param name="View">Position of the camera in the prompt, −1 for text.</param>
/// <param name="Frame">Number of the frame in its view, −1 for text.</param>
public readonly record struct WindowPart(WindowPartKind Kind, int Start, int Length, int View = -1, int Frame = -1)
{
    public int End => Start + Length;
}

/// <summary>How a prompt is cut into blocks; the parts cover every slot once, in order.</summary>
public sealed class WindowLayout
{
    private WindowLayout(IReadOnlyList<WindowPart> parts, int length) => (Parts, Length) = (parts, length);

    public IReadOnlyList<WindowPart> Parts { get; }

    /// <summary>Slots of the window.</summary>
    public int Length { get; }

    public static WindowLayout Of(Prompt prompt) => Of(prompt.Length, prompt.Images);

    /// <param name="length">Tokens of the prompt.</param>
    /// <param name="images">Where its images lie, in order.</param>
    public static WindowLayout Of(int length, IReadOnlyList<PromptImage> images)
    {
        var parts = new List<WindowPart>(2 * images.Count + 2);
        var next = 0;
        foreach (var image in images)
        {
            if (image.Start > next) parts.Add(new(next == 0 ? WindowPartKind.Prefix : WindowPartKind.Label, next, image.Start - next));
            parts.Add(new(WindowPartKind.Visual, image.Start, image.End - image.Start, image.View, image.Frame));
            next = image.End;
        }
        if (length > next) parts.Add(new(next == 0 ? WindowPartKind.Prefix : WindowPartKind.Tail, next, length - next));
        return new(parts, length);
    }
}
