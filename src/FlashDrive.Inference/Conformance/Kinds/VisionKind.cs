using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The vision tower: patch rows to image embeddings and deepstack features, block by block.</summary>
internal sealed class VisionKind : IFixtureKind
{
    private const double Tables = 2e-6, Network = 1e-5;

    public string Name => "vision";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        folder.PathOf("case.json");
        var (inputs, outputs) = (folder.Open("inputs"), folder.Open("outputs"));
        inputs.Inputs(inputs.Tensors);
        var tower = FixtureEngine.Of(folder.Set).Model.Network.Vision;
        var grids = FixtureClip.Grids(inputs);
        var pixels = (inputs.Tensor("pixel_codes").to(ScalarType.Float32) - 127.5) / 127.5;
        var seen = new Dictionary<string, List<Tensor>>();
        var features = new List<VisionFeatures>();
        var start = 0;
        foreach (var grid in grids)
        {
            void Keep(string name, Tensor x)
            {
                if (!seen.TryGetValue(name, out var list)) seen.Add(name, list = []);
                list.Add(x.clone().reshape(-1, x.size(-1)).MoveToOtherDisposeScope(scope));
            }
            features.Add(tower.Forward(pixels.narrow(0, start, grid.Patches), grid.H, grid.W, Keep));
            var rotary = tower.Rotary(grid.H, grid.W);
            Keep("rotary_cos", rotary.Cos);
            Keep("rotary_sin", rotary.Sin);
            start += grid.Patches;
        }
        Tensor Rows(string name) => torch.cat([.. seen[name]]);
        comparison.Relative(outputs, "patch_embed", Rows("patch_embed"), Network);
        comparison.Relative(outputs, "position_embed", Rows("position_embed"), Tables);
        comparison.Relative(outputs, "rotary_cos", Rows("rotary_cos"), Tables);
        comparison.Relative(outputs, "rotary_sin", Rows("rotary_sin"), Tables);
        comparison.Relative(outputs, "input", Rows("input"), Network);
        var depth = (int)outputs.Shape("blocks")[0];
        comparison.Relative(outputs, "blocks", torch.stack([.. Enumerable.Range(0, depth).Select(i => Rows($"block.{i}"))]), Network);
        comparison.Relative(outputs, "merged", torch.cat([.. features.Select(f => f.Merged)]), Network);
        var levels = features[0].Deepstack.Count;
        comparison.Relative(outputs, "deepstack",
            torch.stack([.. Enumerable.Range(0, levels).Select(level => torch.cat([.. features.Select(f => f.Deepstack[level])]))]), Network);
        Small(tower, inputs.Tensor("small_input").unsqueeze(0), grids[0].H, grids[0].W, outputs, comparison);
    }

    /// <summary>Inputs so small that the norms' epsilon matters.</summary>
    private static void Small(VisionTower tower, Tensor input, int rows, int columns, FixtureFile outputs, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        Tensor? block = null;
        tower.Encode(input, rows, columns, (name, x) => block = name == "block.0" ? x.clone().MoveToOtherDisposeScope(scope) : block);
        comparison.Relative(outputs, "small_block0", block!, Network);
        var merged = tower.Merge(input);
        comparison.Relative(outputs, "small_merged", merged.Merged, Network);
        comparison.Relative(outputs, "small_deepstack0", merged.Deepstack[0], Network);
    }
}
