using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;
using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Target;

/// <summary>Loss of a small batch, and its parts for display.</summary>
/// <param name="Total">A scalar that gradients are taken of.</param>
public readonly record struct LossParts(Tensor Total, double Thought, double Flow, double Classes);

/// <summary>
/// The training loss: cross-entropy of the thought, mean squared error of the flow's velocity (alpamayo.md §11.2), and the class
/// heads' binary cross-entropy. Gradients flow from the expert into the language model's keys and values. Thread-safe.
/// </summary>
public sealed class TargetLoss : IDisposable
{
    private const double DeepstackWeight = 0.3;

    private readonly TargetNetwork _network;
    private readonly Tensor _positiveWeight;
    private readonly int[] _imagePlaces;
    private readonly Tensor _mask;
    private readonly RotaryTables _rotary;
    private readonly int _promptLength, _ropeDelta, _maxThought;
    private readonly PatchRows _patches;

    /// <param name="prompt">Any prompt of the batch's shape: all have one length and their images in the same places.</param>
    /// <param name="maxThought">Most tokens of a thought, ends included.</param>
    /// <param name="positiveWeight">[classes] weight of a present class in the class heads' loss.</param>
    public TargetLoss(TargetNetwork network, Prompt prompt, int imagePad, int maxThought, PatchRows patches, float[] positiveWeight)
    {
        using var scope = torch.NewDisposeScope();
        _network = network;
        _patches = patches;
        _maxThought = maxThought;
        _promptLength = prompt.Length;
        var length = prompt.Length + maxThought;
        int[] ids = [.. prompt.Ids, .. new int[maxThought]];
        var positions = RotaryPositions.Compute(ids, prompt.Grids, imagePad, network.Configuration.Vision.MergeSize);
        _ropeDelta = positions.RopeDelta;
        _rotary = network.Model.Language.Rotary.Tables([.. positions.T, .. positions.H, .. positions.W]).Detach();
        _mask = AttentionMask.Causal(length, 1).DetachFromDisposeScope();
        _imagePlaces = [.. Enumerable.Range(0, prompt.Length).Where(i => prompt.Ids[i] == imagePad)];
        _positiveWeight = torch.tensor(positiveWeight).DetachFromDisposeScope();
    }

    /// <summary>The loss of learning to see.</summary>
    public LossParts Glance(IReadOnlyList<EncodedSample> samples)
    {
        var features = See(samples);
        var classes = ClassLoss(features, samples);
        return new(classes, 0, 0, classes.item<float>());
    }

    /// <summary>The joint loss.</summary>
    /// <param name="classWeight">Weight of the class heads' part.</param>
    public LossParts Joint(IReadOnlyList<EncodedSample> samples, double classWeight)
    {
        var features = See(samples);
        using var cache = new KeyValueBatch(_network.Configuration.Text.Layers);
        var thought = ThoughtLoss(features, samples, cache);
        var error = VelocityError(samples, cache);
        var classes = ClassLoss(features, samples);
        var total = thought + FlowLoss.Of(error) + classes * classWeight;
        return new(total, thought.item<float>(), error.square().mean().item<float>(), classes.item<float>());
    }

    public void Dispose()
    {
        _positiveWeight.Dispose();
        _mask.Dispose();
        _rotary.Dispose();
    }

    private VisionFeatures See(IReadOnlyList<EncodedSample> samples) =>
        _network.Model.Vision.Forward(Stack(samples, s => s.Pixels, _patches.PatchLength), _patches.Rows, _patches.Columns);

    private Tensor ClassLoss(VisionFeatures features, IReadOnlyList<EncodedSample> samples)
    {
        var width = _positiveWeight.numel;
        // The patches of one merged token follow each other, so a token's targets are those of its patches side by side.
        var targets = Stack(samples, s => s.Classes, width);
        Tensor Loss(int head, Tensor rows)
        {
            var (weight, bias) = _network.ClassHead(head);
            return torch.binary_cross_entropy_with_logits(torch.linear(rows, weight, bias), targets, _positiveWeight);
        }
        var loss = Loss(0, features.Merged);
        for (var i = 0; i < features.Deepstack.Count; i++) loss += Loss(i + 1, features.Deepstack[i]) * DeepstackWeight;
        return loss;
    }

    private Tensor ThoughtLoss(VisionFeatures features, IReadOnlyList<EncodedSample> samples, KeyValueBatch cache)
    {
        int batch = samples.Count, longest = samples.Max(s => s.Weights.Length);
        if (longest > _maxThought) throw new ArgumentException($"a thought of {longest} tokens, the longest allowed is {_maxThought}", nameof(samples));
        var rows = _promptLength + longest;
        var ids = new long[batch * rows];
        var targets = new long[batch * longest];
        var weights = new float[batch * longest];
        for (var b = 0; b < batch; b++)
        {
            var sample = samples[b];
            // Padding repeats id 0 behind the thought, where no row that counts can see it.
            for (var i = 0; i < sample.Ids.Length; i++) ids[b * rows + i] = sample.Ids[i];
            for (var i = 0; i < sample.Weights.Length; i++) targets[b * longest + i] = sample.Ids[_promptLength + i];
            sample.Weights.CopyTo(weights, b * longest);
        }
        var language = _network.Model.Language;
        var places = torch.tensor([.. Enumerable.Range(0, batch).SelectMany(b => _imagePlaces.Select(place => (long)(b * rows + place)))], _imagePlaces.Length * batch);
        var embedded = language.Embed(torch.tensor(ids, batch, rows), places, features.Merged);
        var group = language.Group;
        var mask = _mask.narrow(1, 0, rows).narrow(2, 0, rows).repeat(1, group, 1);
        // The row before a token predicts it; the last row's own prediction is not wanted.
        var stream = language.Forward(embedded, _rotary.Narrow(0, rows), mask, cache, new(places, features.Deepstack), outputFrom: _promptLength - 1);
        var logits = language.Logits(language.Norm(stream.narrow(1, 0, longest)));
        var each = torch.cross_entropy(logits.reshape(batch * longest, -1), torch.tensor(targets), reduction: 0);
        return (each * torch.tensor(weights)).sum() * (1.0 / weights.Sum());
    }

    private Tensor VelocityError(IReadOnlyList<EncodedSample> samples, KeyValueBatch cache)
    {
        var draws = FlowDraws.Stack([.. samples.Select(s => new FlowDraws(s.Actions, s.Noise, s.Times))]);
        int[] seen = [.. samples.Select(s => s.Ids.Length)];
        int[] positions = Array.ConvertAll(seen, s => s + _ropeDelta);
        return FlowLoss.VelocityError(_network.Model.Expert, _network.Configuration.Text.KvHeads, cache, draws, seen, positions, _promptLength + samples.Max(s => s.Weights.Length));
    }

    private static Tensor Stack(IReadOnlyList<EncodedSample> samples, Func<EncodedSample, float[]> part, long width)
    {
        var total = samples.Sum(s => part(s).Length);
        var result = torch.empty(total / width, width);
        var values = result.data<float>();
        foreach (var sample in samples)
        {
            part(sample).CopyTo(values);
            values = values[part(sample).Length..];
        }
        return result;
    }
}
