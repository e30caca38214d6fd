namespace FlashDrive.Driving;

/// <summary>Reads whole small files at the boundary, bounded, with the path in every error.</summary>
internal static class InputFile
{
    public const long LargestText = 256L << 20;

    /// <exception cref="ClipException">missing_file or unreadable_file.</exception>
    public static byte[] ReadBytes(string path, long largest)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > largest)
                throw new ClipException(ClipFault.UnreadableFile, $"'{path}' has {length} bytes, at most {largest} are read");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClipException(ClipFault.MissingFile, $"'{path}' does not exist", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClipException(ClipFault.UnreadableFile, $"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
