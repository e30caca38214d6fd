using FlashDrive.Inference.Kv;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Kv;

public class KvPoolTests
{
    private static readonly KvGeometry Geometry = new(Layers: 2, KvHeads: 2, HeadDim: 4, ScalarType.Float32);

    [Fact]
    public void A_sealed_block_refuses_every_write()
    {
        using var scope = torch.NewDisposeScope();
        using var pool = new KvPool(Geometry, [new(3, 1)]);
        var block = pool.Rent(3);
        var rows = torch.ones(2, 3, 4);
        block.Write(0, rows, rows);
        block.Seal();

        var error = Assert.Throws<InvalidOperationException>(() => block.Write(0, rows, rows));

        Assert.Contains("sealed", error.Message);
        block.Release();
    }

    [Fact]
    public void An_exhausted_pool_says_what_was_asked_and_what_is_lent()
    {
        using var pool = new KvPool(Geometry, [new(3, 1), new(8, 1)]);
        var small = pool.Rent(2);
        var large = pool.Rent(2);

        var error = Assert.Throws<KvPoolExhaustedException>(() => pool.Rent(5));

        Assert.Equal("no KV block for 5 tokens: 0 of 1 free with 3 tokens, 0 of 1 free with 8 tokens", error.Message);
        Assert.Equal((3, 8), (small.Capacity, large.Capacity));
        small.Release();
        large.Release();
        Assert.Equal(2, pool.Free);
    }

    [Fact]
    public void A_block_goes_back_when_its_last_holder_lets_go()
    {
        using var pool = new KvPool(Geometry, [new(3, 1)]);
        var block = pool.Rent(3);
        block.Seal();
        var first = new KvLease(new BlockTable([(block, new(WindowPartKind.Prefix, 0, 3))], new int[9], 0));
        var second = first.Share();

        first.Dispose();
        Assert.Equal(0, pool.Free);
        second.Dispose();
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public void A_released_lease_and_a_block_lent_again_are_found_out()
    {
        using var pool = new KvPool(Geometry, [new(3, 1)]);
        var block = pool.Rent(3);
        block.Seal();
        var lease = new KvLease(new BlockTable([(block, new(WindowPartKind.Prefix, 0, 3))], new int[9], 0));
        var table = lease.Table;
        lease.Dispose();
        var next = pool.Rent(3);
        next.Seal();

        Assert.Throws<ObjectDisposedException>(() => lease.Table);
        Assert.Throws<ObjectDisposedException>(() => table.Block(0));
        next.Release();
    }

    [Fact]
    public void Releasing_twice_is_refused_and_a_second_dispose_of_a_lease_is_nothing()
    {
        using var pool = new KvPool(Geometry, [new(3, 1)]);
        var block = pool.Rent(3);
        block.Release();
        Assert.Throws<InvalidOperationException>(block.Release);
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public void A_pool_is_not_disposed_while_a_block_is_lent()
    {
        var pool = new KvPool(Geometry, [new(3, 2)]);
        var block = pool.Rent(3);

        var error = Assert.Throws<InvalidOperationException>(pool.Dispose);

        Assert.Equal("the KV pool is disposed while 1 of its 2 blocks are still lent", error.Message);
        block.Release();
        pool.Dispose();
    }

    [Fact]
    public void The_pool_counts_its_bytes_from_geometry_and_classes()
    {
        using var pool = new KvPool(Geometry, [new(3, 2), new(8, 1)]);
        // keys and values · 2 layers · 2 heads · 4 numbers · 4 bytes = 128 bytes a token; 3·2 + 8 tokens.
        Assert.Equal(14 * 128, pool.Bytes);
    }
}
