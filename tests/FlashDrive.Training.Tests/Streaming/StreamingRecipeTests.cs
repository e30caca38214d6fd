using FlashDrive.Driving;
using FlashDrive.Training.Rollouts;
using FlashDrive.Training.Streaming;

namespace FlashDrive.Training.Tests.Streaming;

public sealed class StreamingRecipeTests
{
    private static readonly List<RolloutPlan> Plans = [.. Enumerable.Range(0, 2000).Select(i => new StreamingRecipe().Draw(new KeyedRandom(1).At(i), 4))];

    [Fact]
    public void Rollouts_have_four_to_sixteen_windows_and_some_have_up_to_sixty()
    {
        var lengths = Plans.Select(p => p.Inserts.Length).ToList();

        Assert.Equal(4, lengths.Min());
        Assert.Equal(60, lengths.Max());
        Assert.InRange(lengths.Count(l => l > 16), 180, 300);
    }

    [Fact]
    public void A_prefill_inserts_one_to_four_frames_and_the_first_a_whole_window()
    {
        Assert.All(Plans, p => Assert.Equal(4, p.Inserts[0]));
        Assert.Equal([1, 2, 3, 4], Plans.SelectMany(p => p.Inserts.Skip(1)).Distinct().Order());
    }

    [Fact]
    public void The_loss_is_taken_of_the_last_window_and_of_others_but_never_of_the_whole_one()
    {
        Assert.All(Plans, p => Assert.Equal(p.Inserts.Length - 1, p.LossWindows[^1]));
        Assert.All(Plans, p => Assert.True(p.LossWindows[0] > 0 && p.LossWindows.Distinct().Count() == p.LossWindows.Length));
        Assert.Equal(6, Plans.Max(p => p.LossWindows.Length));
    }

    [Fact]
    public void A_moment_ends_a_short_stream_that_fits_its_recording()
    {
        var moments = Enumerable.Range(0, 500).Select(i => new StreamingRecipe().DrawMoment(new KeyedRandom(1).At(i), 4, 17)).ToList();

        Assert.All(moments, m => Assert.InRange(m.Ticks, 5, 17));
        Assert.All(moments, m => Assert.Equal([m.Inserts.Length - 1], m.LossWindows));
        Assert.Equal(2, moments.Min(m => m.Inserts.Length));
        Assert.Equal(9, moments.Max(m => m.Inserts.Length));
    }

    [Fact]
    public void A_plan_is_the_same_whenever_it_is_drawn() =>
        Assert.Equal(Plans[5].Inserts, new StreamingRecipe().Draw(new KeyedRandom(1).At(5L), 4).Inserts);
}
