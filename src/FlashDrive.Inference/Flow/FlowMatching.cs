using FlashDrive.Torch;

namespace FlashDrive.Inference.Flow;

/// <summary>Explicit Euler integration of a velocity field from t = 0 (noise) to t = 1 (data); nothing is clamped (alpamayo.md §11.1).</summary>
public static class FlowMatching
{
    /// <summary>t₀ … t_K in float32.</summary>
    public static float[] Times(int steps)
    {
        using var scope = torch.NewDisposeScope();
        return torch.linspace(0, 1, steps + 1).ToArray<float>();
    }

    /// <param name="noise">[n, waypoints, 2] float32.</param>
    /// <param name="velocity">(x, t [n, 1, 1]) -> [n, waypoints, 2].</param>
    /// <param name="observe">Sees the state before the first step (index 0) and after step k (index k + 1).</param>
    /// <returns>The state at t = 1, owned by the caller's scope.</returns>
    public static Tensor Integrate(Tensor noise, int steps, Func<Tensor, Tensor, Tensor> velocity, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        var times = Times(steps);
        var x = noise;
        observe?.Invoke(0, x);
        for (var k = 0; k < steps; k++)
        {
            x = Step(x, times[k], times[k + 1] - times[k], velocity);
            observe?.Invoke(k + 1, x);
        }
        return x.MoveToOuterDisposeScope();
    }

    private static Tensor Step(Tensor x, float t, float dt, Func<Tensor, Tensor, Tensor> velocity)
    {
        using var scope = torch.NewDisposeScope();
        var time = torch.full([x.size(0), 1, 1], t);
        // A bfloat16 velocity is promoted: x stays float32 (§14).
        return (x + velocity(x, time) * dt).MoveToOuterDisposeScope();
    }
}
