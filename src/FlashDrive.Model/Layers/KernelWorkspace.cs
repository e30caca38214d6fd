using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>
/// Memory that a kernel call works in. Its owner (a stage) keeps it, so that calls of known shapes allocate nothing but their
/// results: it grows to the largest call and stays. One call at a time.
/// </summary>
public sealed class KernelWorkspace : IDisposable
{
    internal Tensor Memory { get; } = torch.empty([0], ScalarType.Float32).DetachFromDisposeScope();

    public void Dispose() => Memory.Dispose();
}
