using FlashDrive.Inference;

namespace FlashDrive.Service.Bench.Ablation;

/// <param name="Windows">Measured windows; each clip brings one more, which is not measured: a stream's first window is prefilled whole.</param>
/// <param name="WindowsPerClip">Measured windows of one clip.</param>
/// <param name="Samples">Trajectories of the pass that is not timed; 0 leaves it out.</param>
/// <param name="Engine">Reasoning and seed of every row.</param>
/// <param name="Adaptive">Steps of the rows with adaptive flow.</param>
internal sealed record AblationRequest(int Windows, int WindowsPerClip, int Samples, int Threads, EngineOptions Engine, Inference.Flow.FlowOptions Adaptive)
{
    public EngineOptions Of(AblationRow row, int samples) => (Engine with { Flow = Engine.Flow with { Samples = samples } }).With(row.Techniques, Adaptive);
}
