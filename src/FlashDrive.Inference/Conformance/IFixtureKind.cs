namespace FlashDrive.Inference.Conformance;

/// <summary>
/// One kind of conformance fixture: the folder name it has, and how the engine's own parts reproduce its outputs. Every tensor of every
/// .safetensors file in the folder must be declared an input (<see cref="FixtureFile.Inputs"/>) or compared; what is left is
/// reported as a failure, and so is a JSON file that was never read. Sizes come from the fixture's JSON, never from the kind.
/// </summary>
public interface IFixtureKind
{
    /// <summary>Folder name of the fixture.</summary>
    string Name { get; }

    /// <summary>Computes everything the fixture records and hands it to the comparison.</summary>
    void Run(FixtureFolder folder, Comparison comparison);
}
