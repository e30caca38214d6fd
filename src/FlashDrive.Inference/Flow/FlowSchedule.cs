using FlashDrive.Torch;

namespace FlashDrive.Inference.Flow;

/// <summary>
/// Euler steps from t = 0 (noise) to t = 1 (data) and which of them evaluate the velocity: the field changes much at both ends and
/// little between, so a step there may take the velocity evaluated last (flashdrive.md §4).
/// </summary>
public sealed class FlowSchedule
{
    private readonly bool[] _reused;

    /// <param name="steps">At least 1.</param>
    /// <param name="reuse">Steps that take the last evaluated velocity.</param>
    /// <param name="grid">float32, or bfloat16 for the grid of a pipeline that computes its times in bfloat16; only the grid is rounded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A reused step is 0 or not one of the steps.</exception>
    public FlowSchedule(int steps, IEnumerable<int>? reuse = null, ScalarType grid = ScalarType.Float32)
    {
        OptionRule.Require(steps >= 1, nameof(steps), steps, "must be at least 1");
        _reused = new bool[steps];
        foreach (var step in reuse ?? [])
        {
            OptionRule.Require(step >= 1 && step < steps, nameof(reuse), step, $"must be a step from 1 to {steps - 1}: step 0 has no velocity before it");
            _reused[step] = true;
        }
        Evaluations = _reused.Count(reused => !reused);
        (Times, Deltas) = (new float[steps + 1], new float[steps]);
        for (var i = 0; i <= steps; i++) Times[i] = grid == ScalarType.BFloat16 ? RoundedTime(i, steps) : (float)i / steps;
        for (var i = 0; i < steps; i++) Deltas[i] = grid == ScalarType.BFloat16 ? Rounded(Times[i + 1] - Times[i]) : Times[i + 1] - Times[i];
    }

    public int Steps => _reused.Length;

    /// <summary>Steps whose velocity is computed.</summary>
    public int Evaluations { get; }

    /// <summary>t₀ … t_n.</summary>
    public float[] Times { get; }

    /// <summary>Lengths of the steps.</summary>
    public float[] Deltas { get; }

    public bool IsReused(int step) => _reused[step];

    /// <summary>Steps that reuse a velocity, ascending.</summary>
    public IEnumerable<int> Reused => Enumerable.Range(0, Steps).Where(IsReused);

    /// <summary>"10 steps, 4 evaluated (0 1 5 9)".</summary>
    public override string ToString() => $"{Steps} steps, {Evaluations} evaluated ({string.Join(' ', Enumerable.Range(0, Steps).Where(i => !_reused[i]))})";

    /// <summary>As linspace counts in bfloat16: from both ends towards the middle, every operation rounded.</summary>
    private static float RoundedTime(int i, int steps)
    {
        var step = Rounded(1f / steps);
        return i < (steps + 1) / 2 ? Rounded(step * i) : Rounded(1f - Rounded(step * (steps - i)));
    }

    /// <summary>To the nearest bfloat16, ties to even.</summary>
    private static float Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }
}
