using FlashDrive.Driving;

namespace FlashDrive.World.Scenes;

/// <summary>Draws in sequence from one key.</summary>
internal sealed class Draws(KeyedRandom random)
{
    private ulong _next;

    public double Between(double low, double high) => random.Uniform(_next++, low, high);

    public int Below(int count) => random.Integer(_next++, count);

    public bool Chance(double probability) => random.Uniform(_next++) < probability;

    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
