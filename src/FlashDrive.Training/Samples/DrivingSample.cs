using FlashDrive.Driving;

namespace FlashDrive.Training.Samples;

/// <summary>One moment to learn from, as a world shows it; images camera by camera, oldest frame first.</summary>
/// <param name="Images">Each [height, width, 3] at the model's own size.</param>
/// <param name="Classes">Class of every pixel of each image, [height, width].</param>
/// <param name="Sentence">What is to be said; empty when only images are learned.</param>
/// <param name="CausePhrase">Characters of the sentence that name the cause.</param>
/// <param name="ManoeuvrePhrase">Characters of the sentence that name the manoeuvre.</param>
public sealed record DrivingSample(
    IReadOnlyList<byte[]> Images, IReadOnlyList<byte[]> Classes, string Sentence, Range CausePhrase, Range ManoeuvrePhrase,
    EgoHistory History, Trajectory? Future);

/// <summary>Where samples come from: a pure function of the index, called by several threads at once.</summary>
public interface ISampleSource
{
    /// <summary>Number of classes; class 0 is nothing of interest.</summary>
    int ClassCount { get; }

    /// <summary>A moment with all images, the sentence and the future.</summary>
    DrivingSample Moment(ulong index);

    /// <summary>The newest image of every camera of a moment, for learning to see.</summary>
    DrivingSample Glance(ulong index);
}
