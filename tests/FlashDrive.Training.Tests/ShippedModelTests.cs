using System.Text.Json;
using FlashDrive.Inference;
using FlashDrive.Torch;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Tests.Vocabulary;
using FlashDrive.World;

namespace FlashDrive.Training.Tests;

public sealed class ShippedModelTests
{
    private static readonly string Folder = Repository.File("models/nano");

    [Fact]
    public void The_folder_holds_what_the_public_reference_loads_and_nothing_else()
    {
        string[] expected =
        [
            "config.json", "model.safetensors", "vlm/chat_template.jinja", "vlm/config.json", "vlm/merges.txt", "vlm/preprocessor_config.json",
            "vlm/tokenizer.json", "vlm/tokenizer_config.json", "vlm/video_preprocessor_config.json", "vlm/vocab.json",
        ];
        var found = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal);

        Assert.Equal(expected, found);
        Assert.True(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) < 24_000_000);
    }

    [Fact]
    public void Its_configurations_are_those_of_the_preset()
    {
        using var preset = JsonDocument.Parse(File.ReadAllBytes(Repository.File("config/models/nano.json")));
        using var model = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "config.json")));
        using var backbone = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "vlm", "config.json")));

        Assert.True(JsonElement.DeepEquals(preset.RootElement.GetProperty("model"), model.RootElement));
        Assert.True(JsonElement.DeepEquals(preset.RootElement.GetProperty("backbone"), backbone.RootElement));
    }

    [Fact]
    public void Its_weights_are_bfloat16()
    {
        using var file = SafetensorsFile.Open(Path.Combine(Folder, "model.safetensors"));

        Assert.All(file.Names, name => Assert.Equal(ScalarType.BFloat16, file.DType(name)));
    }

    [Fact]
    public void It_names_the_cause_of_twenty_of_twenty_two_unseen_windows_and_drives_better_than_the_baseline()
    {
        using var model = DrivingModel.Load(Folder);

        var report = Examination.Run(model, new(500, 521, 22, Samples: 1) { Counterfactuals = false });

        var outcomes = report.Windows.Select(w => w.Plain).ToList();
        Assert.InRange(outcomes.Count(o => o.CauseRight), 20, 22);
        Assert.True(outcomes.Average(o => o.Ade) < 0.4 * outcomes.Average(o => o.VelocityAde));
    }
}
