using System.Text.Json;

namespace FlashDrive.Driving.Clips;

/// <summary>Strict reading of one JSON object: what is asked for must be there and of its type, what is not asked for is refused.</summary>
internal sealed class JsonFields
{
    private readonly string _file, _place;
    private readonly JsonElement _object;

    public JsonFields(string file, string place, JsonElement element, params ReadOnlySpan<string> known)
    {
        (_file, _place, _object) = (file, place, element);
        if (element.ValueKind != JsonValueKind.Object) throw Invalid(place, "an object", element);
        var seen = new HashSet<string>();
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw new ClipException(ClipFault.UnknownField, $"'{file}': {Name(property.Name)} is not a field of the clip format; known here: {string.Join(", ", known.ToArray())}");
            if (!seen.Add(property.Name))
                throw new ClipException(ClipFault.InvalidValue, $"'{file}': {Name(property.Name)} is given twice");
        }
    }

    /// <exception cref="ClipException">missing_file, unreadable_file or invalid_json with line and column.</exception>
    public static JsonDocument ReadDocument(string path)
    {
        var bytes = InputFile.ReadBytes(path, InputFile.LargestText);
        try
        {
            return JsonDocument.Parse(bytes, new() { MaxDepth = 32 });
        }
        catch (JsonException e)
        {
            throw new ClipException(ClipFault.InvalidJson, $"'{path}' is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", e);
        }
    }

    public bool TryGet(string name, out JsonElement value) => _object.TryGetProperty(name, out value);

    public JsonElement Require(string name) => TryGet(name, out var value)
        ? value
        : throw new ClipException(ClipFault.MissingField, $"'{_file}': {Name(name)} is missing");

    public string Text(string name)
    {
        var value = Require(name);
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw Invalid(Name(name), "a text that is not empty", value);
    }

    public double Number(string name, double least, double most)
    {
        var value = Require(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number : throw Invalid(Name(name), $"a number from {least} to {most}", value);
    }

    public long Integer(string name, long least, long most)
    {
        var value = Require(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number : throw Invalid(Name(name), $"a whole number from {least} to {most}", value);
    }

    public bool Flag(string name)
    {
        var value = Require(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Invalid(Name(name), "true or false", value);
    }

    public long[] Integers(string name)
    {
        var value = Require(name);
        if (value.ValueKind != JsonValueKind.Array) throw Invalid(Name(name), "an array of whole numbers", value);
        var numbers = new long[value.GetArrayLength()];
        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i])) throw Invalid($"{Name(name)}[{i}]", "a whole number", element);
            i++;
        }
        return numbers;
    }

    public JsonElement Array(string name)
    {
        var value = Require(name);
        return value.ValueKind == JsonValueKind.Array ? value : throw Invalid(Name(name), "an array", value);
    }

    public ClipException Invalid(string name, string rule, JsonElement value)
    {
        var text = value.GetRawText();
        return new(ClipFault.InvalidValue, $"'{_file}': {name} must be {rule}, it is {(text.Length <= 60 ? text : text[..60] + "…")}");
    }

    private string Name(string field) => _place.Length == 0 ? field : $"{_place}.{field}";
}
