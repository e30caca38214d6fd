using FlashDrive.Inference.Kv;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Failures;

/// <summary>The pools are made for all that can be under way; when one is short all the same, the waiting frame ends by name.</summary>
public class KvExhaustedTests
{
    [Fact]
    public void Running_sessions_keep_their_blocks_and_the_waiting_frame_ends_kv_exhausted()
    {
        var tensors = torch.LiveTensors;
        using (var engine = new StandInEngine())
        {
            var stream = engine.Open();
            engine.Drive(stream, 4);
            var pool = stream.Lane.KvPool!;
            List<KvBlock> stolen = [];
            while (pool.Free > 0) stolen.Add(pool.Rent(1));
            engine.Drive(stream, 1);
            foreach (var block in stolen) block.Release();
            engine.Drive(stream, 3);
            engine.Host.RunFor(StandInEngine.Period);

            var ends = engine.Ends(stream);
            Assert.Equal("failed(prefill, kv_exhausted)", ends[4]);
            Assert.All(ends.Where(e => e.Key is > 0 and not 4), e => Assert.Equal("planned", e.Value));
            StandInEngine.AssertAtRest(stream.Lane);
        }
        Assert.Equal(tensors, torch.LiveTensors);
    }
}
