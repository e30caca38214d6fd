using System.Xml.Linq;

namespace FlashDrive.Conventions.Tests;

/// <summary>Package versions stand in Directory.Packages.props and nowhere else.</summary>
internal static class CentralVersions
{
    public static IEnumerable<Violation> In(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("PackageReference")
            .Where(element => element.Attribute("Version") is not null || element.Attribute("VersionOverride") is not null || element.Element("Version") is not null)
            .Select(element => new Violation(project.Path, 0, $"{element.Attribute("Include")?.Value} names its version: it belongs in Directory.Packages.props"));
}
