using System.Collections.Concurrent;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Expert;
using FlashDrive.Torch;
using FlashDrive.Training.Derived;
using FlashDrive.Training.Rollouts;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Target;
using FlashDrive.World;

namespace FlashDrive.Training.Streaming;

/// <summary>
/// Teaches the action expert to read a stream's cache (flashdrive.md §7): rollouts of continuous clips through the engine's own
/// streaming prefill, the model's own thought over that cache, and the flow's loss with the expert's true actions. The backbone is
/// neither changed nor differentiated.
/// </summary>
public sealed class StreamingTraining : DerivedTraining
{
    private const int DrawKey = 50, LongestThought = 48, Frames = DrivingWindow.Frames;

    // More than any recipe takes: moments of different batches never meet.
    private const ulong MomentsOfABatch = 256;

    private readonly DrivingModel _model;
    private readonly StreamingRecipe _recipe;
    private readonly WorldSource _moments;
    private readonly ParameterSet _shared;
    private readonly ActionExpert _expert;
    private readonly ConcurrentBag<StageRollout> _rollouts = [];

    /// <param name="model">The parent in float32; stays the caller's and is not changed.</param>
    public StreamingTraining(DerivedTrainingOptions options, StreamingRecipe recipe, DrivingModel model)
        : base(options, ExpertParameters.Copy(model), recipe)
    {
        (_model, _recipe) = (model, recipe);
        _moments = new(options.Seed, recipe.EpisodeShare);
        _shared = Parameters.Share(Parameters.Shapes.Select(s => s.Name));
        _expert = new(model.Configuration, _shared, model.Network.Expert.Input.Frequencies);
    }

    /// <summary>How rollouts are run: what the engine does when it streams.</summary>
    internal static EngineOptions Engine { get; } =
        new EngineOptions(new ReasoningOptions(Budget: LongestThought), new FlowOptions(), Frames) { Streaming = new(Enabled: true) };

    /// <summary>Writes the trained expert as a derived checkpoint: its tensors only, in bfloat16.</summary>
    /// <param name="folder">Beside the parent's.</param>
    public void Export(string folder, string parentFolder)
    {
        Directory.CreateDirectory(folder);
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        SafetensorsWriter.Save(
            Path.Combine(folder, DerivedCheckpoint.Weights),
            Parameters.Shapes.ToDictionary(s => s.Name, s => Parameters[s.Name].detach().to(ScalarType.BFloat16)),
            new Dictionary<string, string> { ["format"] = "pt" });
        DerivedCheckpoint.Write(folder, DrivingModel.StreamingKind, parentFolder);
    }

    protected override Tensor LossOf(long step, int microBatch, out double value)
    {
        // 2^20 rollouts of room for every step, whatever the number of small batches.
        var index = ((ulong)step << 20) + (ulong)microBatch;
        var random = new KeyedRandom(Options.Seed).At(index);
        var contexts = new ContextBatch(_model.Configuration.Text.Layers);
        var draws = new List<FlowDraws>();
        if (!_rollouts.TryTake(out var rollout)) rollout = new(_model, Engine);
        if (random.Uniform(7) < _recipe.MomentShare)
        {
            for (var i = 0; i < _recipe.LossWindows; i++)
            {
                var moment = _moments.Window(index * MomentsOfABatch + (ulong)i);
                var plan = _recipe.DrawMoment(random.At(8).At(i), Frames, Frames - moment.OldestFrame);
                var ticks = WindowTicks.Stream(moment, plan.Ticks);
                rollout.Run(tick => ticks[tick], plan, (window, newest) => Take(window, newest, random.At(9).At(i)));
            }
        }
        else
        {
            var plan = _recipe.Draw(random, Frames);
            var clip = WorldClip.Training(Options.Seed, index, plan.ClipWindows, plan.Start);
            rollout.Run(clip.Tick, plan, (window, newest) => Take(window, newest, random));
        }
        _rollouts.Add(rollout);
        contexts.Stack();
        var error = FlowLoss.VelocityError(
            _expert, _model.Configuration.Text.KvHeads, contexts, FlowDraws.Stack(draws), contexts.Seen, contexts.Positions, contexts.Keys);
        value = error.square().mean().item<float>();
        return FlowLoss.Of(error);

        void Take(PrefilledWindow window, FrameBundle newest, KeyedRandom keyed)
        {
            using var session = rollout.Think(window, keyed.At(6).Bits((ulong)newest.FrameId));
            contexts.Add(session.Session);
            draws.Add(FlowDraws.Of(keyed.At(DrawKey).At(newest.FrameId), _model.Actions.ToActions(newest.Future!, newest.History), _recipe.Draws));
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var rollout in _rollouts) rollout.Dispose();
        _expert.Dispose();
        _shared.Dispose();
        base.Dispose(disposing);
    }
}
