namespace FlashDrive.Actors.Streams;

/// <summary>What a stream is opened with.</summary>
/// <param name="Name">A configured name, unique in the engine; a label of the metrics.</param>
/// <param name="Seed">Every random number of the stream follows from it and from a frame's id.</param>
/// <param name="Priority">Higher is admitted first; equals take turns.</param>
public sealed record StreamOptions(string Name, ulong Seed = 0, int Priority = 0);
