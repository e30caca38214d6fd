using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Language;

public class MultimodalRotaryTests
{
    [Fact]
    public void Angles_are_the_products_of_position_and_frequency_wherever_they_are_kept()
    {
        using var scope = torch.NewDisposeScope();
        var rotary = new MultimodalRotary(10000, headDim: 8, section: [2, 1, 1]);
        // Kept, in any order of coming up; beyond what is kept; negative.
        foreach (var position in new[] { 3, 700, 0, 8191, 8192, 100_000, -5 })
        {
            var tables = rotary.TextTables(position, 2);
            for (var row = 0; row < 2; row++)
                for (var j = 0; j < 4; j++)
                {
                    var angle = (position + row) * (1f / (float)Math.Pow(10000, 2f * j / 8));
                    Assert.Equal((float)Math.Cos(angle), tables.Cos.data<float>()[8 * row + j]);
                    Assert.Equal((float)Math.Cos(angle), tables.Cos.data<float>()[8 * row + j + 4]);
                    Assert.Equal((float)Math.Sin(angle), tables.Sin.data<float>()[8 * row + j]);
                    Assert.Equal((float)Math.Sin(angle), tables.Sin.data<float>()[8 * row + j + 4]);
                }
        }
    }

    [Fact]
    public void Threads_that_ask_for_growing_positions_at_once_get_right_tables()
    {
        var rotary = new MultimodalRotary(10000, headDim: 8, section: [2, 1, 1]);
        var wrong = 0;
        Parallel.For(0, 400, position =>
        {
            using var scope = torch.NewDisposeScope();
            var start = position * 20;
            if (rotary.TextTables(start, 1).Sin.data<float>()[0] != (float)Math.Sin((float)start)) Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
    }
}
