using System.Xml.Linq;

namespace FlashDrive.Conventions.Tests;

/// <summary>Which project may know which. What a listed project may know, its users may know as well.</summary>
internal static class DependencyDirection
{
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["FlashDrive.Driving"] = [],
        ["FlashDrive.Torch"] = [],
        ["FlashDrive.Runtime"] = [],
        ["FlashDrive.World"] = ["FlashDrive.Driving"],
        ["FlashDrive.Client"] = ["FlashDrive.Driving"],
        ["FlashDrive.Model"] = ["FlashDrive.Driving", "FlashDrive.Torch"],
        ["FlashDrive.Inference"] = ["FlashDrive.Model"],
        ["FlashDrive.Training"] = ["FlashDrive.World", "FlashDrive.Inference"],
        ["FlashDrive.Actors"] = ["FlashDrive.Inference", "FlashDrive.Runtime"],
        ["FlashDrive.Actors.Akka"] = ["FlashDrive.Actors"],
        ["FlashDrive.Service"] = ["FlashDrive.Actors", "FlashDrive.Training"],
    };

    public static IEnumerable<Violation> In(SourceFile project)
    {
        var name = Path.GetFileNameWithoutExtension(project.Path);
        if (!Allowed.ContainsKey(name))
        {
            yield return new(project.Path, 0, $"{name} has no place in the order of projects: give it one in {nameof(DependencyDirection)}");
            yield break;
        }
        var below = Below(name);
        foreach (var reference in References(project).Where(reference => !below.Contains(reference)))
            yield return new(project.Path, 0, $"{name} may not know {reference}");
    }

    public static IEnumerable<string> References(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("ProjectReference")
            .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')));

    public static HashSet<string> Below(string name)
    {
        var below = new HashSet<string>();
        var open = new Stack<string>(Allowed[name]);
        while (open.TryPop(out var next))
            if (below.Add(next))
                foreach (var further in Allowed[next])
                    open.Push(further);
        return below;
    }
}
