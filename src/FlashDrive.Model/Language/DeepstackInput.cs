using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>Visual features that enter the first language layers (alpamayo.md §7).</summary>
/// <param name="Rows">int64 [tokens]: places of the image tokens in the flattened [batch·rows] stream.</param>
/// <param name="Levels">Level i, [tokens, hidden], is added after layer i.</param>
public sealed record DeepstackInput(Tensor Rows, IReadOnlyList<Tensor> Levels);
