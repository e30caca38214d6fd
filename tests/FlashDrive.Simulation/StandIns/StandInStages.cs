using FlashDrive.Inference.Guard;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Simulation.StandIns;

/// <summary>
/// Stages that compute nothing but take, hold and give back what the real ones do: tensors, blocks, views, leases, scratch. Their
/// results follow from the images, the stream's seed and the frame's id alone, so that they can be compared bit by bit.
/// </summary>
public static class StandInStages
{
    public static EngineStages Create(StandInOptions options) => new(
        new CameraIngestStage(), new StandInEncoder(options), new StandInPrefill(options), new StandInRoutineReasoner(options),
        new StandInDeliberativeReasoner(options), new StandInVerifier(options), new StandInFlowHead(options),
        new PlanGuardStage(new GuardLimits((-9, 9), (-0.5, 0.5), 2)));
}
