using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>Blocks that one native call reads or writes together. Its arrays are filled anew window after window; for one thread.</summary>
internal sealed class BlockBatch(IReadOnlyList<WindowPart> parts)
{
    private readonly KvBlock[] _blocks = new KvBlock[parts.Count];

    internal int Count => _blocks.Length;

    /// <summary>Per block [layers, kvHeads, capacity, headDim] before rotary.</summary>
    internal Tensor[] Keys { get; } = new Tensor[parts.Count];

    internal Tensor[] Values { get; } = new Tensor[parts.Count];

    internal long[] Tokens { get; } = [.. parts.Select(part => (long)part.Length)];

    /// <summary>The first slot of each.</summary>
    internal long[] Starts { get; } = [.. parts.Select(part => (long)part.Start)];

    internal WindowPart PartOf(int index) => parts[index];

    internal KvBlock this[int index]
    {
        get => _blocks[index];
        set
        {
            _blocks[index] = value;
            (Keys[index], Values[index]) = value.Storage;
        }
    }
}
