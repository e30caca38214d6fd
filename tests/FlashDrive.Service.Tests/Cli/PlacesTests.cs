using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Cli;

public class PlacesTests
{
    [Fact]
    public void The_cache_folder_is_the_named_one_then_the_desktop_standard_then_the_home_folder()
    {
        var variables = new Dictionary<string, string> { ["HOME"] = "/h" };
        string Cache() => Places.CacheFrom(name => variables.GetValueOrDefault(name));
        Assert.Equal("/h/.cache/flashdrive", Cache());
        variables["XDG_CACHE_HOME"] = "/c";
        Assert.Equal("/c/flashdrive", Cache());
        variables["FLASHDRIVE_CACHE"] = "/own";
        Assert.Equal("/own", Cache());
    }

    [Fact]
    public void Without_a_home_the_missing_setting_is_named()
    {
        var failure = Assert.Throws<FlashDriveException>(() => Places.CacheFrom(_ => null));
        Assert.Equal(ExitCode.Configuration, failure.Code);
        Assert.Contains("FLASHDRIVE_CACHE", failure.Message, StringComparison.Ordinal);
    }
}
