using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Tests.Vocabulary;

namespace FlashDrive.Training.Tests.Exam;

public sealed class ClipExaminationTests : IDisposable
{
    private static readonly ClipExamOptions Options = new(Clips: 2, Windows: 6, PlanEvery: 3, Samples: 2);

    private readonly DrivingModel _model = DrivingModel.Load(Repository.File("models/nano"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads_and_an_equal_expert_gives_equal_errors()
    {
        var one = ClipExamination.Run(_model, _model, Options with { Threads = 1 });
        var two = ClipExamination.Run(_model, _model, Options with { Threads = 2 });

        Assert.Equal(one.Clips.SelectMany(c => c.Windows), two.Clips.SelectMany(c => c.Windows));
        Assert.Equal([2, 5, 2, 5], one.Clips.SelectMany(c => c.Windows).Select(w => w.Window));
        Assert.All(one.Clips.SelectMany(c => c.Windows), w => Assert.Equal(w.Untuned, w.Tuned));
        Assert.All(one.Clips.SelectMany(c => c.Windows), w => Assert.True(w.Full.MinAde <= w.Full.Ade));
    }

    [Fact]
    public void Errors_are_those_of_the_plans_that_the_engine_makes_in_one_thread()
    {
        var report = ClipExamination.Run(_model, _model, Options with { Clips = 1, Threads = 1 });
        var clip = WorldClip.HeldOut(0, Options.Windows);
        var engine = new EngineOptions(new ReasoningOptions(Budget: 48), new FlowOptions(2), Seed: Options.NoiseSeed ^ clip.Seed) { Streaming = new(Enabled: true) };
        using var rollout = new SequentialRollout(_model, engine);
        var found = report.Clips[0].Windows;

        foreach (var tick in clip.Ticks())
        {
            var result = rollout.Step(tick);
            if (found.FirstOrDefault(w => w.Window + 3 == tick.FrameId) is not { } window) continue;
            Assert.Equal(window.StreamedThought, result.Plan!.Reasoning);
            Assert.Equal(window.Untuned.Ade, DisplacementErrors.Average(result.Plan.Trajectories[0], tick.Future!), 1e-9);
            Assert.Equal(window.Full.Ade, DisplacementErrors.Average(rollout.Drive(clip.Window(window.Window)).Plan!.Trajectories[0], tick.Future!), 1e-4);
        }
    }
}
