using FlashDrive.Inference;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>What one frame took, in things that can be counted.</summary>
/// <param name="Window">Slots of its window.</param>
/// <param name="Rows">Rows the language model computed to prefill it.</param>
/// <param name="VisibleKeys">Keys that those rows read, added up.</param>
/// <param name="Forwards">Passes of the target behind the prefill.</param>
/// <param name="Tokens">Tokens of its thought.</param>
internal readonly record struct FrameCounts(int Window, int Rows, long VisibleKeys, int Forwards, int Drafted, int Accepted, int Tokens, int Evaluations)
{
    public static FrameCounts Of(FrameSession session, bool streams)
    {
        var moved = streams && session.Window.Facts.ReprefillReason is null;
        var table = session.Session.Lease.Table;
        var (rows, keys) = (0, 0L);
        for (var i = 0; i < table.Count; i++)
        {
            var part = table.Part(i);
            if (moved && !IsNew(part, session.Options.FramesPerCamera, session.Window.Facts.Inserted)) continue;
            rows += part.Length;
            for (var slot = part.Start; slot < part.End; slot++) keys += slot + 1;
        }
        return new(table.Length, rows, keys, session.Forwards, session.Drafted, session.Accepted, session.Thoughts.Sum(t => t.Tokens.Count), session.Evaluations);
    }

    private static bool IsNew(WindowPart part, int frames, int inserted) =>
        part.Kind == WindowPartKind.Tail || part.Kind == WindowPartKind.Visual && part.Frame >= frames - inserted;
}

/// <summary>The engine's flow head, which also notes what the frame took.</summary>
internal sealed class CountingHead(IFlowHead head, bool streams, Action<FrameCounts> counted) : IFlowHead
{
    public bool Denoise(FrameSession session) => head.Denoise(session);

    public Plan Assemble(FrameSession session)
    {
        counted(FrameCounts.Of(session, streams));
        return head.Assemble(session);
    }
}
