using FlashDrive.Actors.Observation;
using FlashDrive.Runtime;

namespace FlashDrive.Actors;

/// <summary>Look at the failures that were reported, or, with a name, an actor that has stopped.</summary>
internal readonly record struct SupervisorMessage(string? StoppedActor);

/// <summary>Decides what failures add up to: a degraded stream, a cold restart of the pipeline, a degraded engine.</summary>
internal sealed class PipelineSupervisorActor(Pipeline pipeline) : IActor<SupervisorMessage>
{
    internal const string Name = "pipeline-supervisor";

    public void Handle(SupervisorMessage message)
    {
        if (message.StoppedActor is { } stopped)
        {
            // Nobody stops a stage actor of a running engine: its stage is lost.
            pipeline.ChangeHealth(EngineHealth.Degraded, $"actor_stopped ({stopped})");
            return;
        }
        pipeline.Supervision.Wakeup.Taken();
        pipeline.Supervision.Judge();
        pipeline.Supervision.Wakeup.Looked();
    }
}
