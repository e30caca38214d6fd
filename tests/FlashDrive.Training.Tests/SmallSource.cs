using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Training.Tests;

/// <summary>Moments made of noise: as deterministic as a world, and free.</summary>
internal sealed class SmallSource : ISampleSource
{
    public int ClassCount => 3;

    public DrivingSample Moment(ulong index)
    {
        var history = EgoHistory.Straight(5 + index % 7);
        var sentences = SentenceGrammar.AllSentences;
        var sentence = sentences[(int)(index % (ulong)sentences.Count)];
        return new(Pictures(index, 16, 3), Pictures(index, 16, 0), sentence, 0..4, 10..20, history, ConstantBaselines.Velocity(history));
    }

    public DrivingSample Glance(ulong index) => new(Pictures(index, 4, 3), Pictures(index, 4, 0), "", default, default, EgoHistory.Straight(5), null);

    /// <summary>Images at the model's size, or masks at twice that size.</summary>
    private static List<byte[]> Pictures(ulong index, int count, int channels)
    {
        var random = new KeyedRandom(9).At(index).At(channels);
        return [.. Enumerable.Range(0, count).Select(image =>
        {
            var bytes = new byte[channels > 0 ? 96 * 160 * channels : 192 * 320];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.At((long)image).Integer((ulong)i / 8, channels > 0 ? 256 : 3);
            return bytes;
        })];
    }
}
