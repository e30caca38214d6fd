using FlashDrive.Torch;

namespace FlashDrive.Torch.Tests;

public class SmokeTests
{
    [Fact]
    public void Two_by_two_matmul_equals_the_hand_computed_product()
    {
        using var scope = torch.NewDisposeScope();
        var a = torch.tensor([1f, 2, 3, 4], 2, 2);
        var b = torch.tensor([5f, 6, 7, 8], 2, 2);
        Assert.Equal([19f, 22, 43, 50], torch.matmul(a, b).ToArray<float>());
    }
}
