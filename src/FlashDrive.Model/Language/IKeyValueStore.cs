using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>
/// Where the keys and values of a forward pass go, and what its rows may read. The model knows no cache: a window's block table,
/// a reasoning session's scratch and a training batch each implement this.
/// </summary>
public interface IKeyValueStore
{
    /// <summary>Stores the new rows of one layer and returns all keys (rotated) and values the rows may read.</summary>
    /// <returns>Keys and values [batch, kvHeads, keys, headDim].</returns>
    (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows);
}
