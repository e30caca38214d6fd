using System.Diagnostics;

namespace FlashDrive.Driving.Video;

/// <summary>
/// A running ffmpeg or ffprobe: bytes in and out through pipes, messages line by line on a thread of their own, killed on
/// <see cref="Dispose"/>. The pipes are the only buffers, so a slow reader stops the program instead of growing memory.
/// </summary>
internal sealed class FfmpegProcess : IDisposable
{
    private const int KeptMessages = 6, LongestMessage = 300;

    private readonly string _program;
    private readonly Process _process;
    private readonly Thread _messages;
    private readonly Queue<string> _kept = new();

    private FfmpegProcess(string program, Process process, Action<string?> onMessage)
    {
        _program = program;
        _process = process;
        _messages = new(() => ReadMessages(onMessage)) { IsBackground = true, Name = $"{program} messages" };
        _messages.Start();
    }

    /// <param name="program">ffmpeg or ffprobe.</param>
    /// <param name="arguments">Passed one by one, never through a shell.</param>
    /// <param name="writesInput">True when the program reads <see cref="Input"/>.</param>
    /// <param name="onMessage">Called for every line of stderr in order, from the message thread; null once at their end.</param>
    /// <exception cref="ClipException">ffmpeg_missing.</exception>
    public static FfmpegProcess Start(string program, IEnumerable<string> arguments, bool writesInput, Action<string?> onMessage) =>
        new(program, Ffmpeg.Launch(program, arguments, writesInput), onMessage);

    public int Id => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Waits for the end of the program and of its messages. Exit code.</summary>
    public int WaitForExit()
    {
        _process.WaitForExit();
        _messages.Join();
        return _process.ExitCode;
    }

    public bool HasMessages
    {
        get
        {
            lock (_kept) return _kept.Count > 0;
        }
    }

    /// <summary>The last warnings and errors the program printed, in one line.</summary>
    public string LastMessages()
    {
        lock (_kept) return _kept.Count == 0 ? $"{_program} printed no error" : string.Join("; ", _kept);
    }

    public void Dispose()
    {
        // Does nothing to a program that has ended.
        _process.Kill();
        _process.WaitForExit();
        _messages.Join();
        _process.Dispose();
    }

    private void ReadMessages(Action<string?> onMessage)
    {
        while (_process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains("[error]") || line.Contains("[fatal]") || line.Contains("[warning]")) Keep(line);
            onMessage(line);
        }
        onMessage(null);
    }

    private void Keep(string line)
    {
        lock (_kept)
        {
            if (_kept.Count == KeptMessages) _kept.Dequeue();
            _kept.Enqueue(line.Length <= LongestMessage ? line : line[..LongestMessage] + "…");
        }
    }
}
