using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>The language model's cache as the expert reads it, layer by layer.</summary>
public interface IKeyValueCache
{
    /// <returns>Rotated keys and values [contexts, kvHeads, keys, headDim] of one layer.</returns>
    (Tensor Keys, Tensor Values) Layer(int layer);
}
