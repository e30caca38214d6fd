using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Service.Bench.Ablation;
using FlashDrive.Service.Tests.Launcher;

namespace FlashDrive.Service.Tests.Bench;

public class StageWorkTests
{
    private static readonly ModelPreset Published = ModelPreset.Load(Path.Combine(LauncherCheckout.RepositoryRoot(), "config", "models", "alpamayo-1.5-10b.json"));
    private static readonly StageWork Work = new(Published.Configuration, 155_697, new ImageGrid(1, 20, 36));

    /// <summary>The published model's floor as it is tabulated: 16 images of 320 × 576 pixels, a prompt of 3086 tokens.</summary>
    [Fact]
    public void The_work_of_the_published_model_is_what_its_floor_counts()
    {
        var whole = new FrameCounts(3086, 3086, 3086L * 3087 / 2, 1, 0, 0, 0, 1);
        Assert.InRange(Work.Encode(16) / 1e12, 10.5, 13);
        // 42.9 T of products and 2.8 T of attention in 36 layers, of which the last need not go on with its rows.
        Assert.InRange(Work.Prefill(whole) / (45.7e12 * 35 / 36), 0.99, 1.01);
        // 13.9 + 1.3 + 0.46 GB in bfloat16; four bytes here.
        Assert.InRange(Work.DecodeBytes(whole) / 2e9, 15.2, 16);
    }
}
