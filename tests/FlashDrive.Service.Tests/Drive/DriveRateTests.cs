using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

public class DriveRateTests
{
    [Fact]
    public void A_rate_is_max_or_a_number_of_frames_a_second()
    {
        Assert.Equal(DriveRate.Max, DriveRate.Parse("MAX"));
        Assert.Equal(TimeSpan.FromMilliseconds(100), DriveRate.Parse("10")!.Period);
        Assert.Equal("2.5", DriveRate.Parse("2.5")!.ToString());
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("1e9")]
    public void Anything_else_is_no_rate(string text) => Assert.Null(DriveRate.Parse(text));
}
