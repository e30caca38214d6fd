using FlashDrive.Inference;
using FlashDrive.Model;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Tests;

/// <summary>A small model with weights of chance, ready to drive.</summary>
internal sealed class SmallDriver : IDisposable
{
    private readonly TargetNetwork _network;

    /// <param name="sureHead">Scores as far apart as a trained model's; a fresh one finds all tokens nearly alike.</param>
    internal SmallDriver(string folder, ulong seed = 3, bool sureHead = false)
    {
        var preset = SmallModel.Preset(folder);
        var vocabulary = ModelVocabulary.Create(SmallModel.Vocabulary.ToTokenizer(), preset.Configuration);
        _network = new(preset.Configuration, vocabulary.Length, 4, seed);
        if (sureHead)
        {
            using var guard = torch.no_grad();
            _network.Parameters[ParameterShapes.Head].mul_(20);
        }
        Model = new("small", new AlpamayoModel(preset.Configuration, _network.Parameters.Share(_network.ModelNames)), vocabulary);
    }

    internal DrivingModel Model { get; }

    /// <summary>Every weight, for saying that none of them moved.</summary>
    internal float[] Weights => _network.Parameters.Values.ToArray();

    public void Dispose()
    {
        Model.Dispose();
        _network.Dispose();
    }
}
