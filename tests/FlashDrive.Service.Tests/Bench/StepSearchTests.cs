using FlashDrive.Inference.Flow;
using FlashDrive.Service.Bench.Velocity;
using FlashDrive.Service.Cli;
using FlashDrive.Torch;

namespace FlashDrive.Service.Tests.Bench;

public class StepSearchTests
{
    [Theory]
    [InlineData(10, 4, 84, 120)]
    [InlineData(10, 1, 1, 1)]
    [InlineData(6, 6, 1, 6)]
    [InlineData(8, 4, 35, 56)]
    public void Every_choice_is_integrated_as_its_schedule_is_and_evaluations_are_shared(int steps, int evaluations, int choices, int calls)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var search = new StepSearch(steps, evaluations);
        Assert.Equal(choices, search.Choices.Select(choice => string.Join(' ', choice)).Distinct().Count());
        var noise = torch.tensor([0.5f, -1, 2, 0.25f], 1, 2, 2);
        var (called, found) = (0, new Dictionary<int, float[]>());
        search.Run(noise, (x, t) => Field(x, t, ref called), (choice, x) => found.Add(choice, x.ToArray<float>()));
        Assert.Equal((choices, calls), (found.Count, called));
        for (var choice = 0; choice < choices; choice++)
        {
            Assert.Equal((0, evaluations), (search.Choices[choice][0], search.Choices[choice].Length));
            var schedule = new FlowSchedule(steps, Enumerable.Range(0, steps).Except(search.Choices[choice]));
            Assert.Equal(FlowMatching.Integrate(noise, schedule, (x, t) => Field(x, t, ref called)).ToArray<float>(), found[choice]);
        }
    }

    [Fact]
    public void More_choices_than_can_be_tried_are_refused_with_their_number() =>
        Assert.Contains("8 of 30 steps are 1560780 choices", Assert.Throws<FlashDriveException>(() => new StepSearch(30, 8)).Message, StringComparison.Ordinal);

    private static Tensor Field(Tensor x, Tensor t, ref int called)
    {
        called++;
        return (x * -0.7 + t).tanh() * 1.3;
    }
}
