using FlashDrive.Inference.Conformance;

namespace FlashDrive.Inference.Tests.Conformance;

public class GoldenFixtureTests
{
    [Theory]
    [InlineData("preprocess", false)]
    [InlineData("tokenizer", false)]
    [InlineData("sampling", true)]
    [InlineData("actions", true)]
    [InlineData("tiny", true)]
    [InlineData("text", true)]
    [InlineData("vision", true)]
    [InlineData("full", true)]
    [InlineData("expert", true)]
    [InlineData("rollout", true)]
    [InlineData("flowcache", true)]
    [InlineData("dflash", true)]
    [InlineData("streaming", true)]
    public void The_copied_fixtures_are_reproduced(string kind, bool selfTest)
    {
        var output = new StringWriter();
        var code = new ConformanceRunner().Run(Path.Combine(TinyModel.Root(), "tests", "fixtures", "golden", kind), selfTest, output);
        Assert.True(code == 0, output.ToString());
    }
}
