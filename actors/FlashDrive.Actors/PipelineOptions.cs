using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;

namespace FlashDrive.Actors;

/// <summary>What happens at the engine's edge when frames come faster than it is.</summary>
public enum EdgePolicy
{
    /// <summary>The inlet waits and nothing is superseded: every frame is planned for.</summary>
    Lossless,

    /// <summary>The newest frame wins: older ones join the window and end superseded.</summary>
    RealTime,
}

/// <summary>How a pipeline is built.</summary>
/// <param name="Engine">What its streams are asked for; each stream has a seed of its own.</param>
public sealed record PipelineOptions(EngineOptions Engine)
{
    public EdgePolicy Policy { get; init; } = EdgePolicy.Lossless;

    /// <summary>Frames of one stream between prefill and plan at the same time (S of the design).</summary>
    public int Sessions { get; init; } = 2;

    /// <summary>
    /// Frames of all streams between prefill and plan at the same time: as many as keep the processors busy. More only share them and
    /// age beside each other.
    /// </summary>
    public int SessionSlots { get; init; } = 2;

    /// <summary>Streams that can be open at the same time: mailboxes and pools are made for them.</summary>
    public int MaxStreams { get; init; } = 1;

    /// <summary>LibTorch threads of every stage actor. One: the cores are kept busy by the stages beside each other.</summary>
    public int TorchThreads { get; init; } = 1;

    /// <summary>Deadlines of <see cref="EdgePolicy.RealTime"/>; lossless runs have none.</summary>
    public RealTimeLimits Limits { get; init; } = RealTimeLimits.None;

    /// <summary>Frames of one stream admitted and not yet in a prefill (E of the design): one in the encoder, F in front of prefill.</summary>
    public int EncodeCredits => Engine.FramesPerCamera + 1;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; the message names the option, its value and the rule.</exception>
    public PipelineOptions Validated()
    {
        Engine.Validated();
        OptionRule.Require(Sessions is >= 1 and <= 16, "sessions", Sessions, "must be from 1 to 16");
        OptionRule.Require(SessionSlots is >= 1 and <= 512, "session slots", SessionSlots, "must be from 1 to 512");
        OptionRule.Require(MaxStreams is >= 1 and <= 32, "max streams", MaxStreams, "must be from 1 to 32");
        OptionRule.Require(TorchThreads is >= 1 and <= 256, "torch threads", TorchThreads, "must be from 1 to 256");
        OptionRule.Require(Limits.Deadline > TimeSpan.Zero && Limits.StaleAfter >= Limits.Deadline, "stale after", Limits.StaleAfter, "must not be shorter than the deadline, which must be positive");
        OptionRule.Require(Limits.FallbackAfter > TimeSpan.Zero, "fallback after", Limits.FallbackAfter, "must be positive");
        return this;
    }
}
