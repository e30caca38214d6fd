using FlashDrive.Inference.Flow;
using FlashDrive.Service.Cli;
using FlashDrive.Torch;

namespace FlashDrive.Service.Bench.Velocity;

/// <summary>
/// Integrates one noise with every choice of steps to evaluate. Choices that begin alike share their evaluations, so 84 choices of 4
/// of 10 steps cost 120 evaluations instead of 336.
/// </summary>
internal sealed class StepSearch
{
    /// <summary>Most choices that are tried: more would take hours.</summary>
    public const int MostChoices = 5000;

    private readonly FlowSchedule _grid;
    private readonly int _evaluations;

    /// <param name="steps">Steps of the grid, the first of which is always evaluated.</param>
    /// <exception cref="FlashDriveException">There are more choices than can be tried.</exception>
    public StepSearch(int steps, int evaluations)
    {
        (_grid, _evaluations) = (new(steps), evaluations);
        var choices = Choose(steps - 1, evaluations - 1);
        if (choices > MostChoices)
            throw new FlashDriveException(ExitCode.Usage, FormattableString.Invariant($"{evaluations} of {steps} steps are {choices:F0} choices, at most {MostChoices} are tried: ask for fewer steps"));
        Choices = [];
        Collect([0]);
    }

    /// <summary>Steps that each choice evaluates, ascending.</summary>
    public List<int[]> Choices { get; }

    /// <param name="noise">[samples, waypoints, 2]</param>
    /// <param name="found">Gets the number of a choice and its state at t = 1.</param>
    public void Run(Tensor noise, Func<Tensor, Tensor, Tensor> velocity, Action<int, Tensor> found)
    {
        var next = 0;
        Visit(0, noise, null, _evaluations, velocity, x => found(next++, x));
    }

    private void Visit(int step, Tensor x, Tensor? last, int left, Func<Tensor, Tensor, Tensor> velocity, Action<Tensor> found)
    {
        if (step == _grid.Steps)
        {
            found(x);
            return;
        }
        using var scope = torch.NewDisposeScope();
        if (left > 0)
        {
            var fresh = velocity(x, torch.full([x.size(0), 1, 1], _grid.Times[step]));
            Visit(step + 1, x + fresh * _grid.Deltas[step], fresh, left - 1, velocity, found);
        }
        if (last is not null && _grid.Steps - step > left) Visit(step + 1, x + last * _grid.Deltas[step], last, left, velocity, found);
    }

    /// <summary>In the order in which <see cref="Run"/> meets them: a step is first evaluated, then reused.</summary>
    private void Collect(List<int> chosen)
    {
        void Go(int step)
        {
            if (chosen.Count == _evaluations)
            {
                Choices.Add([.. chosen]);
                return;
            }
            chosen.Add(step);
            Go(step + 1);
            chosen.RemoveAt(chosen.Count - 1);
            if (_grid.Steps - step > _evaluations - chosen.Count) Go(step + 1);
        }
        Go(1);
    }

    private static double Choose(int n, int k)
    {
        var result = 1.0;
        for (var i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return Math.Round(result);
    }
}
