using System.Text.Json;

namespace FlashDrive.Model.Configuration;

/// <summary>One JSON object of a configuration file, read key by key; every refusal names the file, the key's full path, its value and the rule.</summary>
internal readonly struct ConfigurationSection
{
    private readonly string _file;
    private readonly string _path;
    private readonly JsonElement _element;

    private ConfigurationSection(string file, string path, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidConfigurationException($"{file}: {(path.Length == 0 ? "the file" : path)} must be a JSON object, found {element.ValueKind}");
        (_file, _path, _element) = (file, path, element);
    }

    public static ConfigurationSection Root(string file, JsonElement element) => new(file, "", element);

    /// <summary>Reads and parses a file; comments, trailing commas and duplicate keys are refused as any JSON reader of the reference would.</summary>
    public static JsonElement ReadFile(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidConfigurationException($"{file}: not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException($"{file}: cannot be read: {e.Message}", e);
        }
    }

    public bool Has(string key) => _element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    public ConfigurationSection Section(string key) => new(_file, PathOf(key), Required(key));

    public int Int(string key, int min, int max = int.MaxValue)
    {
        var value = Required(key);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number) || number < min || number > max)
            throw Refuse(key, value, max == int.MaxValue ? $"must be an integer of at least {min}" : $"must be an integer from {min} to {max}");
        return number;
    }

    public int Int(string key, int min, int max, int ifAbsent) => Has(key) ? Int(key, min, max) : ifAbsent;

    public int? OptionalInt(string key, int min) => Has(key) ? Int(key, min) : null;

    public double Double(string key, double exclusiveMin = double.NegativeInfinity)
    {
        var value = Required(key);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) || number <= exclusiveMin)
            throw Refuse(key, value, double.IsInfinity(exclusiveMin) ? "must be a finite number" : $"must be a finite number above {exclusiveMin}");
        return number;
    }

    public double Double(string key, double exclusiveMin, double ifAbsent) => Has(key) ? Double(key, exclusiveMin) : ifAbsent;

    public bool Bool(string key, bool ifAbsent)
    {
        if (!Has(key)) return ifAbsent;
        var value = Required(key);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Refuse(key, value, "must be true or false");
    }

    public string String(string key)
    {
        var value = Required(key);
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw Refuse(key, value, "must be a string that is not empty");
    }

    /// <summary>A key with exactly one supported value, e.g. the activation function; absent counts as supported.</summary>
    public void Only(string key, string supported)
    {
        if (Has(key) && (Required(key).ValueKind != JsonValueKind.String || Required(key).GetString() != supported))
            throw Refuse(key, Required(key), $"only \"{supported}\" is supported");
    }

    /// <summary>A switch with exactly one supported value; absent counts as supported.</summary>
    public void Only(string key, bool supported)
    {
        if (Has(key) && Bool(key, supported) != supported)
            throw Refuse(key, Required(key), $"only {(supported ? "true" : "false")} is supported");
    }

    public IReadOnlyList<int> Ints(string key, int min, int? count = null)
    {
        var rule = count is { } n ? $"must be a list of {n} integers of at least {min}" : $"must be a list of integers of at least {min}";
        var value = Required(key);
        if (value.ValueKind != JsonValueKind.Array || (count is { } c && value.GetArrayLength() != c)) throw Refuse(key, value, rule);
        var numbers = new List<int>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var number) || number < min) throw Refuse(key, value, rule);
            numbers.Add(number);
        }
        return numbers;
    }

    public IReadOnlyList<double> Doubles(string key, int count, IReadOnlyList<double>? ifAbsent = null)
    {
        if (ifAbsent is not null && !Has(key)) return ifAbsent;
        var value = Required(key);
        var rule = $"must be a list of {count} finite numbers";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != count) throw Refuse(key, value, rule);
        var numbers = new List<double>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var number) || !double.IsFinite(number)) throw Refuse(key, value, rule);
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>[low, high] with low below high.</summary>
    public (double Low, double High) Range(string key)
    {
        var pair = Doubles(key, 2);
        return pair[0] < pair[1] ? (pair[0], pair[1]) : throw Refuse(key, Required(key), "must be [low, high] with low below high");
    }

    /// <summary>A refusal of this key for a rule that needs more than the key itself.</summary>
    public InvalidConfigurationException Refuse(string key, string rule) => Refuse(key, Required(key), rule);

    private JsonElement Required(string key) =>
        Has(key) ? _element.GetProperty(key) : throw new InvalidConfigurationException($"{_file}: {PathOf(key)} is missing");

    private InvalidConfigurationException Refuse(string key, JsonElement value, string rule)
    {
        var raw = value.GetRawText();
        return new($"{_file}: {PathOf(key)} = {(raw.Length > 120 ? raw[..120] + "…" : raw)}: {rule}");
    }

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
