using FlashDrive.Model.Drafting;

namespace FlashDrive.Inference.Speculation;

/// <summary>What a drafter is conditioned on.</summary>
/// <param name="Layers">Layers of the target, ascending, whose residual streams make up a feature row.</param>
/// <param name="Rows">Feature rows before the known token.</param>
public sealed record DraftContext(IReadOnlyList<int> Layers, int Rows)
{
    /// <summary>Rows of the published drafters.</summary>
    internal const int UsualRows = 8;

    /// <summary>Null without a drafter.</summary>
    internal static DraftContext? Of(BlockDrafter? drafter) => drafter is null ? null : new(drafter.Configuration.TargetLayers, drafter.Configuration.ContextLength);
}
