using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tests.Checkpoints;

public class ParameterShapesTests
{
    private static readonly IReadOnlyList<ParameterShape> Published = ParameterShapes.Of(ModelPreset.Published().Configuration, 155697);

    [Fact]
    public void The_published_model_has_1159_tensors_and_11_078_526_194_parameters()
    {
        Assert.Equal(1159, Published.Count);
        Assert.Equal(1159, Published.Select(p => p.Name).Distinct().Count());
        Assert.Equal(11_078_526_194, Published.Sum(p => p.Elements));
    }

    [Theory]
    [InlineData("vlm.model.language_model.", 398)]
    [InlineData("vlm.model.visual.", 351)]
    [InlineData("expert.", 397)]
    [InlineData("action_", 12)]
    [InlineData("vlm.lm_head.weight", 1)]
    public void Its_parts_have_the_published_number_of_tensors(string prefix, int count) =>
        Assert.Equal(count, Published.Count(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)));

    [Theory]
    [InlineData("vlm.model.visual.patch_embed.proj.weight", "1152 3 2 16 16")]
    [InlineData("vlm.model.visual.pos_embed.weight", "2304 1152")]
    [InlineData("vlm.model.visual.blocks.26.attn.qkv.weight", "3456 1152")]
    [InlineData("vlm.model.visual.merger.norm.weight", "1152")]
    [InlineData("vlm.model.visual.deepstack_merger_list.2.norm.weight", "4608")]
    [InlineData("vlm.model.visual.deepstack_merger_list.0.linear_fc2.weight", "4096 4608")]
    [InlineData("vlm.model.language_model.embed_tokens.weight", "155697 4096")]
    [InlineData("vlm.model.language_model.layers.35.self_attn.k_proj.weight", "1024 4096")]
    [InlineData("vlm.model.language_model.layers.0.self_attn.q_norm.weight", "128")]
    [InlineData("vlm.model.language_model.layers.0.mlp.down_proj.weight", "4096 12288")]
    [InlineData("expert.layers.0.self_attn.q_proj.weight", "2048 2048")]
    [InlineData("expert.layers.35.self_attn.v_proj.weight", "1024 2048")]
    [InlineData("expert.layers.3.mlp.gate_proj.weight", "8256 2048")]
    [InlineData("action_in_proj.encoder.trunk.0.weight", "512 60")]
    [InlineData("action_in_proj.encoder.trunk.5.weight", "512")]
    [InlineData("action_in_proj.encoder.trunk.6.weight", "2048 512")]
    [InlineData("action_out_proj.weight", "2 2048")]
    public void Shapes_are_the_published_ones(string name, string shape) =>
        Assert.Equal(shape, string.Join(' ', Published.Single(p => p.Name == name).Shape));
}
