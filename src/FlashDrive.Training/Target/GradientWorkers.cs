using FlashDrive.Torch;

namespace FlashDrive.Training.Target;

/// <summary>
/// Threads that compute gradients of small batches, one LibTorch thread each. Whoever is free takes the next small batch; the
/// gradients are added in the batches' order, so neither the number of threads nor their speed changes a bit of the sum.
/// </summary>
internal sealed class GradientWorkers : IDisposable
{
    private readonly Thread[] _threads;
    private readonly float[][] _gradients;
    private readonly BatchLosses[] _losses;
    private readonly IReadOnlyList<Tensor> _leaves;
    private readonly int[] _offsets;
    private readonly Barrier _start, _end;
    private Func<int, LossParts>? _work;
    private Exception? _failure;
    private int _next;
    private volatile bool _stop;

    /// <param name="leaves">Parameters, shared by all threads and changed between two steps only.</param>
    /// <param name="offsets">[parameters + 1] where each begins in a flat gradient.</param>
    internal GradientWorkers(int threads, int batches, IReadOnlyList<Tensor> leaves, int[] offsets)
    {
        (_leaves, _offsets) = (leaves, offsets);
        _gradients = [.. Enumerable.Range(0, batches).Select(_ => new float[offsets[^1]])];
        _losses = new BatchLosses[batches];
        (_start, _end) = (new(threads + 1), new(threads + 1));
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Run) { IsBackground = true, Name = $"gradients-{i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Mean gradient over the small batches, written to <paramref name="gradient"/>.</summary>
    /// <param name="loss">Loss of small batch i; called on a worker inside a dispose scope.</param>
    internal BatchLosses Compute(Func<int, LossParts> loss, Span<float> gradient)
    {
        (_work, _next, _failure) = (loss, 0, null);
        _start.SignalAndWait();
        _end.SignalAndWait();
        if (_failure is { } failure) throw new InvalidOperationException($"a small batch failed: {failure.Message}", failure);
        var scale = 1f / _gradients.Length;
        for (var i = 0; i < gradient.Length; i++)
        {
            var sum = 0f;
            foreach (var part in _gradients) sum += part[i];
            gradient[i] = sum * scale;
        }
        return new(_losses.Average(l => l.Thought), _losses.Average(l => l.Flow), _losses.Average(l => l.Classes));
    }

    public void Dispose()
    {
        _stop = true;
        _start.SignalAndWait();
        foreach (var thread in _threads) thread.Join();
        _start.Dispose();
        _end.Dispose();
    }

    private void Run()
    {
        torch.set_num_threads(1);
        while (true)
        {
            _start.SignalAndWait();
            if (_stop) return;
            for (var i = Interlocked.Increment(ref _next) - 1; i < _gradients.Length; i = Interlocked.Increment(ref _next) - 1)
            {
                try
                {
                    Work(i);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _failure, e, null);
                }
            }
            _end.SignalAndWait();
        }
    }

    private void Work(int batch)
    {
        using var scope = torch.NewDisposeScope();
        var loss = _work!(batch);
        var gradients = torch.gradients(loss.Total, _leaves);
        var flat = _gradients[batch];
        for (var i = 0; i < _leaves.Count; i++)
        {
            var place = flat.AsSpan(_offsets[i].._offsets[i + 1]);
            if (gradients[i] is { } gradient) gradient.contiguous().data<float>().CopyTo(place);
            else place.Clear();
        }
        _losses[batch] = new(loss.Thought, loss.Flow, loss.Classes);
    }
}

/// <summary>Mean losses of a step.</summary>
internal readonly record struct BatchLosses(double Thought, double Flow, double Classes);
