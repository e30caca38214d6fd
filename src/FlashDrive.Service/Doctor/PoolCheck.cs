using System.Globalization;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Pipelines;
using FlashDrive.Torch;
using FlashDrive.World;

namespace FlashDrive.Service.Doctor;

/// <summary>
/// What one stream of the model takes while it drives, as the sum it is made of: nothing is allocated later. For float32, the
/// cameras and the picture size of a generated clip, and the sessions of the CPU's pipeline.
/// </summary>
internal static class PoolCheck
{
    public static Finding Run(string modelFolder, string? tokenizerFolder, PipelineSettings pipeline)
    {
        try
        {
            return new("memory", Line(modelFolder, tokenizerFolder, pipeline.Sessions));
        }
        catch (Exception e) when (Failures.CodeOf(e) == ExitCode.BadData)
        {
            return new("memory", $"the model cannot be read: {Failures.LineOf(e)}", FindingState.Fault, "name a whole checkpoint with --model DIR");
        }
    }

    internal static string Line(string modelFolder, string? tokenizerFolder, int sessions)
    {
        modelFolder = DerivedCheckpoint.RootOf(modelFolder);
        var configuration = ModelConfiguration.Load(modelFolder, tokenizerFolder);
        var vocabulary = ModelVocabulary.Create(TokenizerFiles.Load(TokenizerLocator.Find(modelFolder, configuration, tokenizerFolder)), configuration);
        var prompts = new PromptBuilder(vocabulary, configuration.TokensPerHistory, configuration.Vision.MergeSize, configuration.IncludeCameraIds, configuration.IncludeFrameNumbers);
        var grid = new ImageProcessor(configuration.Vision, configuration.MinPixels, configuration.MaxPixels).GridOf(ClipMaker.DefaultHeight, ClipMaker.DefaultWidth);
        var (cameras, frames) = (CameraCatalog.DefaultIndices, EngineOptions.Default.FramesPerCamera);
        var grids = Enumerable.Repeat(grid, cameras.Count * frames).ToArray();
        var layout = WindowLayout.Of(prompts.Build(new(grids, frames, cameras, null)));

        var plan = new KvPoolPlan(layout, sessions, Guided: false);
        var token = KvGeometry.Of(configuration.Text, ScalarType.Float32).BytesPerToken;
        var classes = plan.Classes();
        var blocks = classes.Sum(c => (long)c.Tokens * c.Count) * token;
        var slots = plan.ViewSlots(EngineOptions.Default.Reasoning.Budget);
        var views = (long)plan.Views * slots * token;
        // A frame's visual tokens: the merged features and one row for every deepstack layer.
        var rows = cameras.Count * grid.Tokens(configuration.Vision.MergeSize) * (1 + configuration.Vision.DeepstackIndexes.Count);
        var features = (2L * frames + 1) * rows * configuration.Text.Hidden * ScalarType.Float32.ElementSize();
        return string.Create(CultureInfo.InvariantCulture,
            $"a stream takes {Mb(blocks + views + features)} = (S + 1) × {layout.Length} tokens in {classes.Sum(c => c.Count)} blocks {Mb(blocks)} (with F frames moved in, windows share no picture) + S × views of {slots} slots {Mb(views)} + (2F + 1) × frames of features {Mb(features)}; S = {sessions} sessions, F = {frames} frames of {cameras.Count} cameras, {ClipMaker.DefaultWidth} × {ClipMaker.DefaultHeight} pixels, float32");
    }

    private static string Mb(long bytes) => FormattableString.Invariant($"{bytes / 1e6:F1} MB");
}
