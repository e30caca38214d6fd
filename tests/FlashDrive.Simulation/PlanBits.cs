using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;

namespace FlashDrive.Simulation;

/// <summary>What every frame of every stream came to: its end, its thought and its actions. For one thread.</summary>
public sealed class PlanBits : IEngineObserver
{
    private readonly SortedDictionary<(string Stream, long Number), string> _ends = [];

    public void FrameEnded(FrameTicket ticket, FrameEnd end) => _ends[(ticket.Lane.Name, ticket.Number)] = $"{ticket.FrameId} {end.Outcome} {end.Stage} {end.Reason} {Bits(end.Plan)}";

    /// <summary>Of one stream, a line per frame in the order of their offers.</summary>
    public string Of(string stream) => string.Join('\n', _ends.Where(e => e.Key.Stream == stream).Select(e => $"{e.Key.Number}: {e.Value}"));

    public override string ToString() => string.Join('\n', _ends.Select(e => $"{e.Key.Stream} {e.Key.Number}: {e.Value}"));

    private static string Bits(Plan? plan) => plan is null ? "" : string.Join(' ', plan.Thoughts[0].Tokens.Concat(plan.Actions.Select(BitConverter.SingleToInt32Bits)));
}
