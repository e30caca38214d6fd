using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests;

/// <summary>bfloat16 with the reference's float32 islands (alpamayo.md §14).</summary>
public class BFloat16Tests
{
    [Fact]
    public void The_hidden_state_of_a_window_stays_near_that_of_float32()
    {
        using var scope = torch.NewDisposeScope();
        using var wide = TinyModel.Create();
        using var narrow = TinyModel.Create(ScalarType.BFloat16);
        var (a, b) = (LastHidden(wide), LastHidden(narrow));

        var error = Math.Sqrt(a.Zip(b).Sum(p => Math.Pow(p.First - p.Second, 2)) / a.Sum(v => v * v));
        // 8 bits of mantissa through 4 layers of random weights; equal results would mean that nothing was rounded.
        Assert.InRange(error, 1e-3, 0.05);
    }

    [Fact]
    public void The_experts_residual_stream_is_float32_and_the_velocity_bfloat16()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var model = TinyModel.Create(ScalarType.BFloat16);
        var expert = model.Network.Expert;
        var text = model.Configuration.Text;
        var streams = new List<ScalarType>();
        var cache = new RandomCache(text.KvHeads, text.HeadDim);

        var velocity = expert.Velocity(torch.zeros(1, 64, 2), torch.zeros(1, 1, 1), expert.Rotary.TextTables(5, 64), cache, observe: (_, h) => streams.Add(h.dtype));

        Assert.All(streams, dtype => Assert.Equal(ScalarType.Float32, dtype));
        Assert.Equal(ScalarType.BFloat16, velocity.dtype);
        Assert.True(velocity.IsFinite());
    }

    [Fact]
    public void The_vision_residual_stream_is_bfloat16()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var model = TinyModel.Create(ScalarType.BFloat16);
        var streams = new Dictionary<string, ScalarType>();
        var features = model.Network.Vision.Forward(torch.zeros(16, 1536), 4, 4, (name, x) => streams[name] = x.dtype);

        Assert.All(streams.Values, dtype => Assert.Equal(ScalarType.BFloat16, dtype));
        Assert.Equal(ScalarType.BFloat16, features.Merged.dtype);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1.671875)]
    [InlineData(2, 2.78125)]
    [InlineData(3, 4.65625)]
    [InlineData(4, 7.75)]
    [InlineData(5, 12.9375)]
    [InlineData(6, 21.5)]
    [InlineData(7, 36)]
    [InlineData(8, 60)]
    [InlineData(9, 100)]
    public void The_fourier_table_rounds_to_the_published_ten_numbers(int index, double frequency) =>
        Assert.Equal((float)frequency, FourierFeatures.Table(20, 100, bfloat16: true)[index]);

    private static float[] LastHidden(DrivingModel model)
    {
        var prompt = model.Prompts.Build(new([new(1, 4, 4), new(1, 4, 4)], 1, [1, 6]));
        using var memory = new WindowMemory(model, WindowLayout.Of(prompt), sessions: 1, guided: false, budget: 1);
        var encoder = new StreamingEncoderStage(model.Network.Vision, model.NewImageProcessor(), 2);
        using var encoded = encoder.Encode(new IngestedWindow([TinyModel.Tick(0)]));
        using var session = memory.Stage.Whole(prompt, encoded.Features);
        return session.LastHidden.to(ScalarType.Float32).ToArray<float>();
    }

    private sealed class RandomCache(int heads, int dim) : IKeyValueCache
    {
        public (Tensor Keys, Tensor Values) Layer(int layer)
        {
            using var generator = new Generator((ulong)layer);
            return (generator.randn(1, heads, 5, dim).to(ScalarType.BFloat16), generator.randn(1, heads, 5, dim).to(ScalarType.BFloat16));
        }
    }
}
