using FlashDrive.Inference.Kv;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Tests.Kv;

public class WindowLayoutTests
{
    [Fact]
    public void Parts_cover_every_slot_once_and_name_what_they_hold()
    {
        var layout = WindowLayout.Of(30, [new(0, 0, 5, 3), new(0, 1, 12, 3), new(1, 0, 17, 3)]);

        Assert.Equal(
        [
            new(WindowPartKind.Prefix, 0, 5), new(WindowPartKind.Visual, 5, 5, 0, 0), new(WindowPartKind.Label, 10, 2),
            new(WindowPartKind.Visual, 12, 5, 0, 1), new(WindowPartKind.Visual, 17, 5, 1, 0), new(WindowPartKind.Tail, 22, 8),
        ], layout.Parts);
    }

    [Fact]
    public void A_prompt_without_images_is_one_prefix()
    {
        Assert.Equal([new(WindowPartKind.Prefix, 0, 7)], WindowLayout.Of(7, []).Parts);
    }

    [Fact]
    public void The_plan_counts_a_window_per_session_and_the_streams_own_and_shares_all_but_the_tail_with_guidance()
    {
        var layout = WindowLayout.Of(30, [new(0, 0, 5, 3), new(0, 1, 12, 3), new(1, 0, 17, 3)]);
        var plain = new KvPoolPlan(layout, Sessions: 2, Guided: false);
        var guided = new KvPoolPlan(layout, Sessions: 2, Guided: true);
        const int tail = 8 + KvPoolPlan.RouteAllowance;

        Assert.Equal([new(5, 12), new(2, 3), new(tail, 3)], plain.Classes());
        Assert.Equal([new(5, 12), new(2, 3), new(tail, 5)], guided.Classes());
        Assert.Equal((2, 4), (plain.Views, guided.Views));
        Assert.Equal(30 + KvPoolPlan.RouteAllowance + 16 + 15, plain.ViewSlots(16));
    }
}
