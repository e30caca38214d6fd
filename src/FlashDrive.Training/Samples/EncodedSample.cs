namespace FlashDrive.Training.Samples;

/// <summary>A sample as numbers, ready to be stacked.</summary>
/// <param name="Pixels">[images·patches, patch length]</param>
/// <param name="Classes">[images·patches, classes]</param>
/// <param name="Ids">Prompt with the ego history fused, then the thought; empty when only images are learned.</param>
/// <param name="Weights">[thought] loss weight of each thought token.</param>
/// <param name="Actions">[waypoints·2] normalised acceleration and curvature.</param>
/// <param name="Noise">[draws, waypoints·2]</param>
/// <param name="Times">[draws] flow times.</param>
public sealed record EncodedSample(float[] Pixels, float[] Classes, int[] Ids, float[] Weights, float[] Actions, float[] Noise, float[] Times);
