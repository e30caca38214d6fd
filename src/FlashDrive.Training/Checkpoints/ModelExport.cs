using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Checkpoints;

/// <summary>Writes a trained model as a checkpoint folder in the published layout, which the public reference loads too.</summary>
public static class ModelExport
{
    /// <summary>Weights in bfloat16, both configurations, processor settings, chat template and tokenizer files.</summary>
    public static void Write(string folder, TargetNetwork network, ModelPreset preset, BpeModel vocabulary)
    {
        CheckpointFiles.Write(preset, folder);
        vocabulary.WriteTo(CheckpointFiles.BackboneFolder(preset.Configuration, folder));
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        SafetensorsWriter.Save(
            Path.Combine(folder, "model.safetensors"),
            network.ModelNames.ToDictionary(name => name, name => network.Parameters[name].detach().to(ScalarType.BFloat16)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }
}
