namespace FlashDrive.Service.Doctor;

/// <summary>The processor as the system names it.</summary>
internal static class Cpu
{
    /// <summary>"unknown CPU" where the system does not tell.</summary>
    public static string Name { get; } = Read("/proc/cpuinfo");

    internal static string Read(string file)
    {
        if (!File.Exists(file)) return "unknown CPU";
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? "unknown CPU" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
