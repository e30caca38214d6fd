using FlashDrive.Driving;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Numbers that differ when anything they are made of does, exact in a float.</summary>
internal static class Fingerprint
{
    internal static float Of(StreamWindow.WindowSlot[] slots)
    {
        var random = new KeyedRandom(0);
        foreach (var slot in slots)
        {
            random = random.At(slot.FrameId);
            foreach (var feature in slot.Source.Features.Merged.data<float>()) random = random.At((long)feature);
        }
        return Exact(random);
    }

    /// <summary>Of a session's window, stream and thought so far. Every block must still be the window's own.</summary>
    internal static float Of(FrameSession session)
    {
        var table = session.Session.Lease.Table;
        for (var i = 0; i < table.Count; i++) table.Block(i);
        var random = session.Random.At((long)session.Session.LastHidden.data<float>()[0]);
        foreach (var token in session.Session.Tokens) random = random.At(token);
        return Exact(random);
    }

    private static float Exact(KeyedRandom random) => random.Integer(0, 1 << 24);
}
