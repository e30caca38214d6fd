namespace FlashDrive.Model.Checkpoints;

/// <summary>A checkpoint folder that cannot be loaded; the message names the file or tensor and the rule it broke.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : Exception(message, inner);
