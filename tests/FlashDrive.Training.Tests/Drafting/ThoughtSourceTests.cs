using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;
using FlashDrive.Training.Drafting;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Tests.Vocabulary;
using FlashDrive.World;

namespace FlashDrive.Training.Tests.Drafting;

public sealed class ThoughtSourceTests : IDisposable
{
    private static readonly DraftRecipe Recipe = new(Groups: 2, ThoughtsPerGroup: 2);

    private readonly DrivingModel _model = DrivingModel.Load(Repository.File("models/nano"));
    private readonly DrafterConfiguration _geometry;

    public ThoughtSourceTests() => _geometry = DrafterNetwork.GeometryFor(_model);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Thoughts_are_the_targets_own_sentences_and_the_same_on_any_number_of_threads()
    {
        var (one, two) = (Draw(1), Draw(2));

        Assert.Equal(4, one.Thoughts.Count);
        Assert.Equal([false, false, true, true], one.Thoughts.Select(t => t.IsStreamed));
        for (var i = 0; i < 4; i++)
        {
            var (a, b) = (one.Thoughts[i], two.Thoughts[i]);
            Assert.Equal(a.Tokens, b.Tokens);
            Assert.Equal(a.Features, b.Features);
            Assert.Equal([_model.Vocabulary.CotEnd, _model.Vocabulary.TrajectoryFutureStart], a.Tokens[^2..]);
            Assert.Contains(_model.Vocabulary.Tokenizer.Decode(a.Tokens[..^2]), SentenceGrammar.AllSentences);
            Assert.Equal((_geometry.ContextLength + a.Blocks - 1) * _geometry.Features, a.Features.Length);
        }
    }

    [Fact]
    public void Features_are_those_of_one_forward_pass_over_prompt_and_thought()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var window = WindowSampler.Sample(700, WindowKind.Onset);
        var thought = new ThoughtSource(_model, _geometry, Recipe, 5).Record(window);
        var found = torch.tensor<float>(thought.Features, thought.Features.Length / _geometry.Features, _geometry.Features);

        var expected = Whole(WindowTicks.Of(window, 0), thought.Tokens);

        Assert.True((found - expected).abs().max().item<float>() < 2e-3f);
    }

    private DraftCorpus Draw(int threads) => new ThoughtSource(_model, _geometry, Recipe, 5).Draw(2, validation: false, threads);

    /// <summary>Residual streams of the drafter's layers, [context + blocks − 1, features], without any cache.</summary>
    private Tensor Whole(IngestedWindow window, int[] thought)
    {
        var encoder = new StreamingEncoderStage(_model.Network.Vision, _model.NewImageProcessor(), _model.Configuration.Vision.MergeSize);
        using var encoded = encoder.Encode(window);
        var prompt = _model.Prompts.Build(new(encoded.Grids, 4, CameraCatalog.DefaultIndices, null)).FuseHistory(_model.HistoryTokens(window.Newest.History));
        int[] ids = [.. prompt.Ids, .. thought[..^3]];
        var positions = RotaryPositions.Compute(ids, prompt.Grids, _model.Vocabulary.ImagePad, _model.Configuration.Vision.MergeSize);
        var language = _model.Network.Language;
        var places = torch.tensor(prompt.Layout.ImagePlaces, prompt.Layout.ImagePlaces.Length);
        var layers = new List<Tensor>();
        language.Forward(
            language.Embed(torch.tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length), places, encoded.Features.Merged),
            language.Rotary.Tables([.. positions.T, .. positions.H, .. positions.W]), AttentionMask.Causal(ids.Length, language.Group), new Target.AllRows(),
            new(places, encoded.Features.Deepstack), (layer, stream) => { if (_geometry.TargetLayers.Contains(layer)) layers.Add(stream.squeeze(0).clone().MoveToOuterDisposeScope()); });
        return torch.cat([.. layers], -1).narrow(0, prompt.Length - _geometry.ContextLength, _geometry.ContextLength + thought.Length - 3);
    }
}
