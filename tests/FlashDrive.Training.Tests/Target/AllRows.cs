using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Training.Tests.Target;

/// <summary>A forward pass over everything: rows read each other and nothing else.</summary>
internal sealed class AllRows : IKeyValueStore
{
    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows) => (rows.Keys.transpose(1, 2), rows.Values.transpose(1, 2));
}
