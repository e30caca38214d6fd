using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>
/// The vision tower on the own kernels: one native call for all images of one size, float32 on the CPU without gradients. Weights are
/// packed when the object is made; later changes of the parameters are not seen. Thread-safe.
/// </summary>
internal sealed class VisionKernel : IDisposable
{
    private readonly long[] _sizes, _deepstack;
    private readonly Tensor _packed;

    internal VisionKernel(VisionConfiguration c, ParameterSet p)
    {
        using var guard = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        _sizes = [c.Depth, c.Hidden, c.Heads, c.Intermediate, c.PatchLength, c.MergeSize * c.MergeSize, c.OutHidden];
        _deepstack = [.. c.DeepstackIndexes.Select(i => (long)i)];
        const string prefix = ParameterShapes.Vision;
        string[] merger = ["norm", "linear_fc1", "linear_fc2"];
        var names = Enumerable.Range(0, c.Depth)
            .SelectMany(i => new[] { "norm1", "attn.qkv", "attn.proj", "norm2", "mlp.linear_fc1", "mlp.linear_fc2" }.Select(name => $"blocks.{i}.{name}"))
            .Concat(merger.Select(name => $"merger.{name}"))
            .Concat(Enumerable.Range(0, _deepstack.Length).SelectMany(i => merger.Select(name => $"deepstack_merger_list.{i}.{name}")));
        var projection = p[prefix + "patch_embed.proj.weight"];
        Tensor[] parameters =
        [
            projection.view(projection.size(0), -1), p[prefix + "patch_embed.proj.bias"],
            .. names.SelectMany(name => new[] { p[$"{prefix}{name}.weight"], p[$"{prefix}{name}.bias"] }),
        ];
        _packed = torch.kernels.pack_vision(parameters, _sizes, _deepstack).DetachFromDisposeScope();
    }

    /// <param name="pixels">[images·patches, patch length]</param>
    /// <param name="positions">[patches, hidden]</param>
    /// <param name="rotary">[patches, headDim]</param>
    internal VisionFeatures Forward(Tensor pixels, Tensor positions, RotaryTables rotary)
    {
        var all = torch.kernels.vision(_packed, _sizes, _deepstack, pixels, positions, rotary.Cos, rotary.Sin);
        return new(all[0], all[1..]);
    }

    public void Dispose() => _packed.Dispose();
}
