using FlashDrive.Driving;

namespace FlashDrive.World.Simulation;

/// <summary>
/// The unrest of a human foot and hand: small changes of acceleration from one tenth of a second to the next and a slow wander within
/// the lane of a centimetre or less. Drawn apart from the cause, in the history as in the future.
/// </summary>
internal sealed class Tremor
{
    private const double PedalDeviation = 0.1, WanderCurvature = 0.0012;

    private readonly KeyedRandom _pedal;
    private readonly (double Number, double Phase, double Amplitude)[] _waves;

    public Tremor(ulong seed)
    {
        var random = new KeyedRandom(seed).At(-4L);
        _pedal = random.At(0);
        var draws = random.At(1);
        _waves = new (double, double, double)[2];
        for (var i = 0; i < _waves.Length; i++)
        {
            var number = 2 * Math.PI / draws.Uniform((ulong)(3 * i), 11, 22);
            _waves[i] = (number, draws.Uniform((ulong)(3 * i + 1), 0, 2 * Math.PI), WanderCurvature * draws.Uniform((ulong)(3 * i + 2), 0.4, 1) / (number * number));
        }
    }

    /// <summary>Metres per second squared on top of what the driver wants.</summary>
    public double Pedal(double time) => PedalDeviation * _pedal.Normal((ulong)((long)Math.Floor(time * 10 + 1e-6) + 1000));

    /// <summary>Offset in metres and its slope at s.</summary>
    public (double D, double Slope) Wander(double s)
    {
        double d = 0, slope = 0;
        foreach (var (number, phase, amplitude) in _waves)
        {
            var (sin, cos) = Math.SinCos(number * s + phase);
            d += amplitude * sin;
            slope += amplitude * number * cos;
        }
        return (d, slope);
    }
}
