using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Drafting;

public sealed class BlockDrafterTests : IDisposable
{
    private readonly TinyNetwork _target = new();
    private readonly DrafterConfiguration _configuration;
    private readonly ParameterSet _parameters;
    private readonly BlockDrafter _drafter;

    public BlockDrafterTests()
    {
        torch.set_num_threads(1);
        _configuration = new(_target.Configuration.Text.Hidden, 64, 2, 4, 2, 16, 1e-6, 1e6, 8, 8, [1, 3], _target.Vocabulary.Length);
        _parameters = Draw(_configuration);
        _drafter = new(_configuration, _parameters, _target.Model.Language);
    }

    public void Dispose()
    {
        _drafter.Dispose();
        _parameters.Dispose();
        _target.Dispose();
    }

    [Fact]
    public void A_block_proposes_seven_tokens_from_eight_feature_rows()
    {
        using var scope = torch.NewDisposeScope();
        var hidden = _drafter.Forward(Context(3), torch.tensor([5L, 6, 7]));
        Assert.Equal([3, 8, _configuration.Hidden], hidden.shape);
        Assert.Equal([3, 7, _target.Vocabulary.Length], _drafter.Logits(hidden).shape);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(3)]
    public void A_block_in_one_native_call_equals_LibTorchs_operators(int rows) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        Assert.True(_drafter.HasKernel);
        var context = Context(1).narrow(1, 0, rows);
        var (expected, got) = (_drafter.Forward(context, torch.tensor([5L])), _drafter.ForwardByKernel(context.squeeze(0), torch.tensor([5L])));
        Levels.Close(expected, got, 2e-5, $"block behind {rows} rows, level {level}");
        Levels.Close(_drafter.Logits(expected), _drafter.LogitsByKernel(expected), 2e-6, "logits of the proposals");
    });

    [Fact]
    public void Blocks_of_one_batch_do_not_see_each_other()
    {
        using var scope = torch.NewDisposeScope();
        var context = Context(2);
        var both = _drafter.Forward(context, torch.tensor([5L, 6]));
        var second = _drafter.Forward(context.narrow(0, 1, 1), torch.tensor([6L]));
        Assert.True((both.narrow(0, 1, 1) - second).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Every_context_row_and_the_known_token_change_every_proposal()
    {
        using var scope = torch.NewDisposeScope();
        var context = Context(1);
        var before = _drafter.Forward(context, torch.tensor([5L]));
        for (var row = 0; row < 8; row++)
        {
            var changed = context.clone();
            changed.narrow(1, row, 1).add_(1);
            AssertAllRowsDiffer(before, _drafter.Forward(changed, torch.tensor([5L])));
        }
        AssertAllRowsDiffer(before, _drafter.Forward(context, torch.tensor([6L])));
    }

    [Fact]
    public void A_loss_on_the_proposals_reaches_every_parameter_of_the_drafter()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var tensor in _parameters.Tensors.Values) tensor.requires_grad_(true);
        var logits = _drafter.Logits(_drafter.Forward(Context(2), torch.tensor([5L, 6])));
        torch.cross_entropy(logits.reshape(-1, logits.size(2)), torch.zeros([14], ScalarType.Int64)).backward();
        foreach (var (name, tensor) in _parameters.Tensors)
            Assert.True(tensor.grad is { } gradient && gradient.abs().max().item<float>() > 0, name);
    }

    [Fact]
    public void A_drafter_read_from_its_folder_computes_what_was_written()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach (var tensor in _parameters.Tensors.Values) tensor.copy_(tensor.to(ScalarType.BFloat16));
        DrafterCheckpoint.Write(folder.Path, _configuration, name => _parameters[name]);
        var configuration = DrafterConfiguration.Load(folder.Path);
        using var read = DrafterCheckpoint.Read(Path.Combine(folder.Path, DrafterCheckpoint.Weights), configuration);
        Assert.Equal(_configuration with { TargetLayers = configuration.TargetLayers }, configuration);
        Assert.Equal(_configuration.TargetLayers, configuration.TargetLayers);
        var again = new BlockDrafter(configuration, read, _target.Model.Language).Forward(Context(1), torch.tensor([5L]));
        Assert.Equal(_drafter.Forward(Context(1), torch.tensor([5L])).ToArray<float>(), again.ToArray<float>());
    }

    [Fact]
    public void A_drafter_that_cannot_belong_to_the_target_is_refused_by_name()
    {
        var text = _target.Configuration.Text;
        var length = _target.Vocabulary.Length;
        Assert.Contains("hidden_size", Refused(_configuration with { Hidden = 32 }));
        Assert.Contains("target_layer_ids", Refused(_configuration with { TargetLayers = [text.Layers] }));
        Assert.Contains("mask_token_id", Refused(_configuration with { MaskToken = length + 1 }));
        Assert.Same(_configuration, _configuration.For(text, length));
        string Refused(DrafterConfiguration wrong) => Assert.Throws<InvalidConfigurationException>(() => wrong.For(text, length)).Message;
    }

    [Fact]
    public void Weights_of_another_shape_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        DrafterCheckpoint.Write(folder.Path, _configuration, name => _parameters[name]);
        var file = Path.Combine(folder.Path, DrafterCheckpoint.Weights);
        var error = Assert.Throws<CheckpointException>(() => DrafterCheckpoint.Read(file, _configuration with { Intermediate = 96 }));
        Assert.Contains("layers.0.mlp.gate_proj.weight", error.Message);
        error = Assert.Throws<CheckpointException>(() => DrafterCheckpoint.Read(file, _configuration, ownMask: false));
        Assert.Contains("mask_embedding", error.Message);
    }

    private Tensor Context(int blocks)
    {
        using var generator = new Generator(3);
        return generator.randn([blocks, _configuration.ContextLength, _configuration.Features]);
    }

    private static void AssertAllRowsDiffer(Tensor before, Tensor after)
    {
        for (var row = 1; row < 8; row++)
            Assert.True((before.select(1, row) - after.select(1, row)).abs().max().item<float>() > 1e-4f, $"row {row}");
    }

    private static ParameterSet Draw(DrafterConfiguration configuration)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(11);
        return new(DrafterCheckpoint.Shapes(configuration).Select(shape => KeyValuePair.Create(shape.Name, Draw(generator, shape))));
    }

    private static Tensor Draw(Generator generator, ParameterShape shape)
    {
        var values = generator.randn(shape.Shape);
        if (shape.Name.Contains("norm", StringComparison.Ordinal)) return values * 0.1 + 1;
        return shape.Shape.Length == 1 ? values * 0.1 : values * (1 / Math.Sqrt(shape.Shape[1]));
    }
}
