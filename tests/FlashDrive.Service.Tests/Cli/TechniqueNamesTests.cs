using FlashDrive.Inference;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Cli;

public class TechniqueNamesTests
{
    [Fact]
    public void Every_combination_is_written_and_read_back()
    {
        for (var value = 0; value <= (int)Techniques.All; value++) Assert.Equal((Techniques)value, TechniqueNames.Parse(TechniqueNames.Of((Techniques)value)));
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("system,")]
    [InlineData("")]
    [InlineData("all,system")]
    public void What_is_no_technique_is_refused(string text) => Assert.Null(TechniqueNames.Parse(text));
}
