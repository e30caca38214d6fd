using FlashDrive.Torch;

namespace FlashDrive.Inference.Flow;

/// <summary>Explicit Euler integration of a velocity field from t = 0 (noise) to t = 1 (data); nothing is clamped (alpamayo.md §11.1).</summary>
public static class FlowMatching
{
    /// <param name="noise">[n, waypoints, 2] float32.</param>
    /// <param name="velocity">(x, t [n, 1, 1]) -> [n, waypoints, 2].</param>
    /// <param name="observe">Sees the state before the first step (index 0) and after step k (index k + 1).</param>
    /// <param name="observeVelocity">Sees the velocity that step k takes, evaluated or reused.</param>
    /// <returns>The state at t = 1, owned by the caller's scope.</returns>
    public static Tensor Integrate(
        Tensor noise, FlowSchedule schedule, Func<Tensor, Tensor, Tensor> velocity, Action<int, Tensor>? observe = null,
        Action<int, Tensor>? observeVelocity = null)
    {
        using var scope = torch.NewDisposeScope();
        var x = noise;
        Tensor? last = null;
        observe?.Invoke(0, x);
        for (var k = 0; k < schedule.Steps; k++)
        {
            if (!schedule.IsReused(k))
            {
                last?.Dispose();
                last = Evaluate(x, schedule.Times[k], velocity);
            }
            observeVelocity?.Invoke(k, last!);
            // A bfloat16 velocity is promoted: x stays float32 (§14).
            x += last! * schedule.Deltas[k];
            observe?.Invoke(k + 1, x);
        }
        return x.MoveToOuterDisposeScope();
    }

    private static Tensor Evaluate(Tensor x, float t, Func<Tensor, Tensor, Tensor> velocity)
    {
        using var scope = torch.NewDisposeScope();
        return velocity(x, torch.full([x.size(0), 1, 1], t)).MoveToOuterDisposeScope();
    }
}
