namespace FlashDrive.Service.Reporting;

/// <summary>A file appears under its name only when it is whole: it is written beside it and renamed.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
