using FlashDrive.Inference.Kv;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Flow;

/// <summary>A session's window and thought as the expert reads them.</summary>
internal sealed class ContextCache(Scratch scratch) : IKeyValueCache
{
    public (Tensor Keys, Tensor Values) Layer(int layer) => scratch.Read(layer);
}
