using System.Text.Json;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Short ways to read a fixture's JSON.</summary>
internal static class JsonFields
{
    public static int Int(this JsonElement element, string key) => element.GetProperty(key).GetInt32();

    public static double Number(this JsonElement element, string key) => element.GetProperty(key).GetDouble();

    public static string Text(this JsonElement element, string key) => element.GetProperty(key).GetString() ?? "";

    public static JsonElement.ArrayEnumerator Array(this JsonElement element, string key) => element.GetProperty(key).EnumerateArray();

    public static int[] Ints(this JsonElement element, string key) => element.GetProperty(key).Ints();

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>The rows of a list of lists.</summary>
    public static int[][] Rows(this JsonElement element, string key) => [.. element.Array(key).Select(row => row.Ints())];

    public static bool IsNull(this JsonElement element, string key) => !element.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null;
}
