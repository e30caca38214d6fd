using FlashDrive.Driving;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Training.Samples;

/// <summary>Turns samples into numbers: pixels, class targets, token ids, actions and the flow's noise, all keyed by the sample's index.</summary>
public sealed class SampleEncoder
{
    /// <summary>A class counts as seen in a patch from this many of its pixels on, at the size the masks are rendered (32 × 32 a patch).</summary>
    private const int LeastPixels = 8;

    private const int Cameras = 4, FramesPerCamera = 4, Draws = 4, BrightnessKey = 10;

    private readonly ulong _seed;
    private readonly PatchRows _masks;
    private readonly ThoughtEncoder _thoughts;
    private readonly UnicycleActionSpace _actions;
    private readonly DeltaTrajectoryTokenizer _history;
    private readonly int _historyStart;
    private readonly int _classCount;

    /// <param name="seed">Seed of the training.</param>
    /// <param name="classCount">Classes of the source, with the class of nothing.</param>
    public SampleEncoder(ModelConfiguration configuration, ModelVocabulary vocabulary, int classCount, ulong seed)
    {
        const int height = 96, width = 160;
        (_seed, _classCount) = (seed, classCount);
        Patches = new(height, width, configuration.Vision.PatchSize, configuration.Vision.MergeSize);
        _masks = new(2 * height, 2 * width, 2 * configuration.Vision.PatchSize, configuration.Vision.MergeSize);
        _thoughts = new(vocabulary);
        _actions = new(configuration.ActionSpace);
        _history = new(configuration.HistoryTokenizer);
        _historyStart = vocabulary.HistoryStart;
        var grids = Enumerable.Repeat(new ImageGrid(1, Patches.Rows, Patches.Columns), Cameras * FramesPerCamera).ToList();
        Prompt = new PromptBuilder(vocabulary, configuration.TokensPerHistory, configuration.Vision.MergeSize, configuration.IncludeCameraIds, configuration.IncludeFrameNumbers)
            .Build(new(grids, FramesPerCamera, CameraCatalog.DefaultIndices));
    }

    public PatchRows Patches { get; }

    /// <summary>The prompt every sample shares but for its history.</summary>
    public Prompt Prompt { get; }

    /// <summary>Class targets of one patch.</summary>
    public int ClassesPerPatch => _classCount - 1;

    public EncodedSample Encode(DrivingSample sample, ulong index)
    {
        var random = new KeyedRandom(_seed).At(index);
        var pixels = new float[sample.Images.Count * Patches.PatchesPerImage * Patches.PatchLength];
        var classes = new float[sample.Images.Count * Patches.PatchesPerImage * ClassesPerPatch];
        // One brightness for all images of a moment, as one sun lights them.
        var brightness = (float)random.At(BrightnessKey).Uniform(0, 0.8, 1.2);
        for (var i = 0; i < sample.Images.Count; i++)
        {
            Patches.Write(sample.Images[i], brightness, pixels.AsSpan(i * Patches.PatchesPerImage * Patches.PatchLength));
            _masks.WriteClasses(sample.Classes[i], _classCount, LeastPixels, classes.AsSpan(i * Patches.PatchesPerImage * ClassesPerPatch));
        }
        if (sample.Future is null) return new(pixels, classes, [], [], [], [], []);

        var thought = _thoughts.Encode(sample);
        int[] ids = [.. Prompt.FuseHistory(Array.ConvertAll(_history.Encode(sample.History), bin => _historyStart + bin)).Ids, .. thought.Ids];
        var actions = _actions.ToActions(sample.Future, sample.History);
        var draws = FlowDraws.Of(random, actions, Draws);
        return new(pixels, classes, ids, thought.Weights, draws.Actions, draws.Noise, draws.Times);
    }
}
