using FlashDrive.Driving;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Numbers that differ when anything they are made of does, exact in a float.</summary>
internal static class Fingerprint
{
    /// <summary>Of one image of a tick: what its block holds.</summary>
    internal static float Of(StreamWindow.WindowSlot slot, int view) =>
        Exact(new KeyedRandom(0).At(slot.FrameId).At((long)slot.Source.Features.Merged.buffer<float>()[view]));

    /// <summary>Of all images of a window as its blocks hold them, in slot order.</summary>
    internal static float Of(IEnumerable<KvBlock> visual)
    {
        var random = new KeyedRandom(0);
        foreach (var block in visual)
        {
            using var values = block.Values;
            random = random.At((long)values.buffer<float>()[0]);
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
