namespace FlashDrive.Inference.Conformance;

/// <summary>
/// Fixtures that belong together: the folders beside each other under one root, of which <c>tiny</c> is the checkpoint that others use.
/// Holds what several kinds need and is dear to make, such as the loaded model.
/// </summary>
public sealed class FixtureSet(string root) : IDisposable
{
    private readonly Dictionary<string, object> _shared = [];

    public string Root { get; } = root;

    /// <summary>The folder of another fixture of this set.</summary>
    /// <exception cref="FixtureException">The set has none of that name.</exception>
    public string PathOf(string kind)
    {
        var path = Path.Combine(Root, kind);
        return Directory.Exists(path) ? path : throw new FixtureException($"{Root}: the fixture needs '{kind}' beside it");
    }

    /// <summary>A thing made on first use and kept until the set is done; disposed with it when it can be.</summary>
    public T Shared<T>(string key, Func<T> create) where T : class
    {
        if (_shared.TryGetValue(key, out var value)) return (T)value;
        var made = create();
        _shared.Add(key, made);
        return made;
    }

    public void Dispose()
    {
        foreach (var value in _shared.Values) (value as IDisposable)?.Dispose();
    }
}
