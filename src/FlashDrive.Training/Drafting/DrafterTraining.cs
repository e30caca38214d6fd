using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;
using FlashDrive.Training.Derived;

namespace FlashDrive.Training.Drafting;

/// <summary>
/// Trains a block drafter on the target's own thoughts (flashdrive.md §8): cross-entropy of a block's proposals over the full
/// vocabulary, the first ones weighing most. Embedding, output head and mask embedding are frozen; the parameters with the most tokens
/// per forward pass on the validation's thoughts are kept.
/// </summary>
public sealed class DrafterTraining : DerivedTraining
{
    private readonly DraftRecipe _recipe;
    private readonly DraftCorpus _corpus, _validation;

    public DrafterTraining(DerivedTrainingOptions options, DraftRecipe recipe, DrafterConfiguration drafter, DrivingModel target, DraftCorpus corpus, DraftCorpus validation)
        : base(options, DrafterNetwork.Start(drafter, options.Seed), recipe, drafter with { TargetLayers = [] }, string.Join(' ', drafter.TargetLayers))
    {
        (_recipe, _corpus, _validation) = (recipe, corpus, validation);
        Network = new(drafter, Parameters, target);
    }

    public DrafterNetwork Network { get; }

    /// <summary>Tokens per forward pass on the validation's thoughts.</summary>
    /// <param name="streamed">Of streamed windows only, of whole ones only, or null of all.</param>
    public DraftAcceptance Acceptance(bool? streamed = null) =>
        DraftAcceptance.Measure(Network.Drafter, _validation.Thoughts.Where(t => streamed is null || t.IsStreamed == streamed));

    protected override Tensor LossOf(long step, int microBatch, out double value)
    {
        var random = new KeyedRandom(Options.Seed).At(step).At(microBatch);
        var blocks = Enumerable.Range(0, _recipe.BlocksPerMicroBatch).Select(i =>
        {
            var thought = _corpus.Thoughts[random.At(1).Integer((ulong)i, _corpus.Thoughts.Count)];
            return (thought, random.At(2).Uniform((ulong)i) < _recipe.FirstShare ? 0 : random.At(3).Integer((ulong)i, thought.Blocks));
        });
        var batch = DraftBatch.Of(Network.Configuration, [.. blocks], _recipe.Gamma);
        var logits = Network.Drafter.Logits(Network.Drafter.Forward(batch.Context, batch.Known));
        var each = torch.cross_entropy(logits.reshape(batch.Labels.numel, -1), batch.Labels, reduction: 0);
        var loss = (each * batch.Weights).sum() * (1.0 / batch.Weights.sum().item<float>());
        value = loss.item<float>();
        return loss;
    }

    protected override Validation Validate()
    {
        var found = Acceptance();
        return new(1 / found.TokensPerForward, FormattableString.Invariant($"validation ({found.Thoughts} thoughts): {found.TokensPerForward:0.000} tokens per forward pass"));
    }

    protected override void Dispose(bool disposing)
    {
        Network.Dispose();
        base.Dispose(disposing);
    }
}
