using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Tests.Vocabulary;

namespace FlashDrive.Training.Tests;

public sealed class ShippedDerivedModelsTests
{
    private static readonly string Nano = Repository.File("models/nano"), Streaming = Repository.File("models/nano-streaming"), Drafter = Repository.File("models/nano-dflash");

    [Fact]
    public void Both_were_derived_from_the_shipped_parent()
    {
        Assert.Equal(Nano, DerivedCheckpoint.Find(Streaming)!.RequireParent(DrivingModel.StreamingKind));
        Assert.Equal(Nano, DerivedCheckpoint.Find(Drafter)!.RequireParent(DrivingModel.DrafterKind));
    }

    [Fact]
    public void All_shipped_models_together_are_small()
    {
        var models = Path.GetDirectoryName(Nano)!;

        Assert.True(Directory.EnumerateFiles(models, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) < 64_000_000);
    }

    [Fact]
    public void The_streaming_checkpoint_holds_the_expert_and_its_projections_in_bfloat16_and_nothing_else()
    {
        using var parent = SafetensorsFile.Open(Path.Combine(Nano, "model.safetensors"));
        using var file = SafetensorsFile.Open(Path.Combine(Streaming, "model.safetensors"));

        Assert.Equal(parent.Names.Where(n => n.StartsWith("expert.") || n.StartsWith("action_")).Order(), file.Names.Order());
        Assert.All(file.Names, name => Assert.Equal(ScalarType.BFloat16, file.DType(name)));
    }

    [Fact]
    public void The_drafter_saves_three_of_four_passes_and_changes_no_token_of_unseen_windows()
    {
        using var model = DrivingModel.Load(Nano, drafter: Drafter);

        var report = DraftExamination.Run(model, 600, windows: 6, threads: 2);

        Assert.All(report.Bars, bar => Assert.True(bar.Passed, bar.ToString()));
        Assert.True(4 * report.Thoughts.Sum(t => t.Forwards) <= report.Thoughts.Sum(t => t.PlainForwards));
    }

    [Fact]
    public void The_tuned_stream_plans_as_well_as_whole_windows_on_unseen_clips()
    {
        using var model = DrivingModel.Load(Nano);
        using var tuned = DrivingModel.Load(Streaming);

        var report = ClipExamination.Run(model, tuned, new(Clips: 4, Windows: 30, PlanEvery: 6, Samples: 2) { FirstClip = 900, Threads = 2 });

        Assert.InRange(report.Ratios["tuned_ade_over_whole_tuned"].Value, 0.9, 1.1);
        Assert.True(report.Ratios["tuned_min_ade"].Value < 1.1, report.Ratios["tuned_min_ade"].ToString());
    }
}
