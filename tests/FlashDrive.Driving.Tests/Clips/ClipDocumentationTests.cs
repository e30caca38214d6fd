using System.Reflection;
using System.Text.Json.Nodes;
using FlashDrive.Driving.Clips;

namespace FlashDrive.Driving.Tests.Clips;

/// <summary>The documents say what the reader does.</summary>
public class ClipDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Fixtures.At("..", "..", "docs", "clip-format.md"));
    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Fixtures.At("..", "..", "docs", "clip.schema.json")))!;

    [Fact]
    public void The_schema_has_exactly_the_fields_the_reader_knows()
    {
        var properties = Schema["properties"]!;
        Assert.Equal(ClipDocument.Fields, Names(properties));
        Assert.Equal(ClipDocument.CameraFields, Names(properties["cameras"]!["items"]!["properties"]!));
        Assert.Equal(ClipDocument.NavigationFields, Names(properties["navigation"]!["oneOf"]![1]!["items"]!["properties"]!));
        Assert.Equal(ClipDocument.LargestCameraIndex, (int)properties["cameras"]!["items"]!["properties"]!["index"]!["maximum"]!);
    }

    [Theory]
    [InlineData(typeof(ClipFault))]
    [InlineData(typeof(FrameRefusal))]
    public void The_page_names_every_reason(Type reasons)
    {
        var names = reasons.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).ToArray();
        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.Contains($"`{n}`", Page));
    }

    [Fact]
    public void The_page_names_every_field_and_camera()
    {
        Assert.All(ClipDocument.Fields, f => Assert.Contains($"\"{f}\"", Page));
        Assert.All(ClipDocument.CameraFields, f => Assert.Contains($"`{f}`", Page));
        Assert.All(Enumerable.Range(0, 7), i => Assert.Contains($"| {i} | `{CameraCatalog.DatasetName(i)}` |", Page));
    }

    private static IEnumerable<string> Names(JsonNode properties) => properties.AsObject().Select(p => p.Key);
}
