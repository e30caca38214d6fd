using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;

namespace FlashDrive.Training.Optimization;

/// <summary>
/// All parameters of a training in one contiguous float32 tensor, each parameter a leaf that is a view of it: the optimiser walks
/// one array and a checkpoint is one array.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly Tensor _flat;
    private readonly Dictionary<string, Tensor> _leaves;

    public FlatParameters(IReadOnlyList<ParameterShape> shapes)
    {
        Shapes = shapes;
        Offsets = new int[shapes.Count + 1];
        for (var i = 0; i < shapes.Count; i++) Offsets[i + 1] = checked(Offsets[i] + (int)shapes[i].Elements);
        _flat = torch.zeros(Offsets[^1]).DetachFromDisposeScope();
        _leaves = new(StringComparer.Ordinal);
        using var guard = torch.no_grad();
        for (var i = 0; i < shapes.Count; i++)
            _leaves[shapes[i].Name] = _flat.narrow(0, Offsets[i], shapes[i].Elements).view(shapes[i].Shape).detach().requires_grad_().DetachFromDisposeScope();
    }

    public IReadOnlyList<ParameterShape> Shapes { get; }

    /// <summary>[parameters + 1] first element of every parameter in <see cref="Values"/>, then their number.</summary>
    public int[] Offsets { get; }

    public int Count => Offsets[^1];

    /// <summary>Every value, in the order of <see cref="Shapes"/>; writing it changes the parameters.</summary>
    public Span<float> Values => _flat.data<float>();

    public Tensor this[string name] => _leaves[name];

    public IReadOnlyList<Tensor> Leaves => [.. Shapes.Select(s => _leaves[s.Name])];

    /// <summary>The parameters of the model itself as a set that shares memory with this one.</summary>
    public ParameterSet Share(IEnumerable<string> names) => new(names.Select(name => KeyValuePair.Create(name, _leaves[name].alias())));

    public void Dispose()
    {
        foreach (var leaf in _leaves.Values) leaf.Dispose();
        _flat.Dispose();
    }
}
