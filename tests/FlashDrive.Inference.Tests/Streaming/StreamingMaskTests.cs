using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

/// <summary>The six rules of flashdrive.md §2.7 on the mask that a moved window is computed with.</summary>
public sealed class StreamingMaskTests : IDisposable
{
    private readonly StreamRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void No_row_sees_a_slot_behind_the_window(int inserted)
    {
        using var prepared = Prepared(inserted);
        Assert.Equal([1, (long)_rig.Language.Group * prepared.Rows.Slots.Length, _rig.Layout.Length], prepared.Mask!.shape);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Every_row_sees_all_of_the_system_text(int inserted) =>
        All(inserted, (_, slot) => KindOf(slot).Kind == WindowPartKind.Prefix ? true : null);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void A_view_sees_nothing_of_a_later_view(int inserted) =>
        All(inserted, (row, slot) => KindOf(row) is { Kind: WindowPartKind.Visual } own && KindOf(slot) is { Kind: WindowPartKind.Visual } other && other.View > own.View ? false : null);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void A_view_sees_all_of_an_earlier_view(int inserted) =>
        All(inserted, (row, slot) => KindOf(row) is { Kind: WindowPartKind.Visual } own && KindOf(slot) is { Kind: WindowPartKind.Visual } other && other.View < own.View ? true : null);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Inside_a_new_frame_a_row_sees_up_to_itself(int inserted) =>
        All(inserted, (row, slot) => KindOf(row) is { Kind: WindowPartKind.Visual } own && KindOf(slot) == own ? slot <= row : null);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void The_tail_sees_every_view_and_itself_up_to_the_row(int inserted) =>
        All(inserted, (row, slot) => KindOf(row).Kind != WindowPartKind.Tail ? null : KindOf(slot).Kind switch
        {
            WindowPartKind.Visual => true,
            WindowPartKind.Tail => slot <= row,
            _ => null,
        });

    /// <param name="rule">Whether a row in one slot may read another slot, or null where the rule says nothing.</param>
    private void All(int inserted, Func<int, int, bool?> rule)
    {
        using var scope = torch.NewDisposeScope();
        using var prepared = Prepared(inserted);
        var (slots, keys) = (prepared.Rows.Slots, _rig.Layout.Length);
        var mask = prepared.Mask!.ToArray<float>();
        var told = 0;
        for (var row = 0; row < slots.Length; row++)
            for (var slot = 0; slot < keys; slot++)
                if (rule(slots[row], slot) is { } may)
                {
                    told++;
                    Assert.True(may == (mask[row * keys + slot] == 0), $"row of slot {slots[row]}: slot {slot} must {(may ? "" : "not ")}be read");
                }
        Assert.NotEqual(0, told);
    }

    private PreparedRows Prepared(int inserted) =>
        new(_rig.Language, WindowRows.Moved(_rig.Layout, StreamRig.Frames, inserted), _rig.Prompt.Layout.Positions, _rig.Prompt.Layout.ImagePlaces);

    private WindowPart KindOf(int slot) => _rig.Layout.Parts.Single(part => slot >= part.Start && slot < part.End);
}
