namespace FlashDrive.Torch.Tests.Support;

internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashdrive-torch-");

    internal string File(string name) => Path.Combine(_folder.FullName, name);

    internal IEnumerable<string> Names => _folder.EnumerateFiles().Select(f => f.Name);

    public void Dispose() => _folder.Delete(recursive: true);
}
