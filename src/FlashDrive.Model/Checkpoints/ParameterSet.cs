using FlashDrive.Torch;

namespace FlashDrive.Model.Checkpoints;

/// <summary>
/// The parameters of a model by published name, owned by this set and read-only while a model is built on it. Modules take their
/// tensors from here at construction and share them: several models on one set cost no memory.
/// </summary>
public sealed class ParameterSet : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _tensors;

    /// <param name="tensors">Ownership passes to the set.</param>
    public ParameterSet(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        _tensors = new(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors) _tensors.Add(name, tensor.DetachFromDisposeScope());
    }

    /// <summary>Names in ordinal order.</summary>
    public IEnumerable<string> Names => _tensors.Keys;

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public long Elements => _tensors.Values.Sum(t => t.numel);

    /// <exception cref="KeyNotFoundException">The set has no such parameter.</exception>
    public Tensor this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"the parameter set has no '{name}'");

    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }
}
