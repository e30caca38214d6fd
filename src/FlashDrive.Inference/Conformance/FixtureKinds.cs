using FlashDrive.Inference.Conformance.Kinds;

namespace FlashDrive.Inference.Conformance;

/// <summary>Every kind of fixture this engine reproduces; a folder of another name is reported as unknown.</summary>
public static class FixtureKinds
{
    public static IReadOnlyList<IFixtureKind> All { get; } =
    [
        new PreprocessKind(),
        new TokenizerKind(),
        new SamplingKind(),
        new ActionsKind(),
        new TinyKind(),
        new TextKind(),
        new VisionKind(),
        new FullKind(),
        new ExpertKind(),
        new RolloutKind(),
        new DflashKind(),
        new FlowcacheKind(),
        new StreamingKind(),
    ];
}
