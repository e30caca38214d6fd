using System.IO.MemoryMappedFiles;

namespace FlashDrive.Torch;

/// <summary>A whole file mapped copy-on-write. Counts its users, and unmaps when the last one lets go.</summary>
internal sealed unsafe class FileMapping
{
    private static int _open;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private int _users = 1;

    internal FileMapping(string path, long length)
    {
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
            _file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.CopyOnWrite);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        Pointer = pointer + _view.PointerOffset;
        Interlocked.Increment(ref _open);
    }

    /// <summary>Mappings of this process that are not yet unmapped.</summary>
    internal static int OpenCount => Volatile.Read(ref _open);

    internal byte* Pointer { get; }

    internal void Retain() => Interlocked.Increment(ref _users);

    /// <summary>Gives up one use when disposed; the caller has retained it before.</summary>
    internal IDisposable Lease() => new Loan(this);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        Interlocked.Decrement(ref _open);
    }

    private sealed class Loan(FileMapping mapping) : IDisposable
    {
        public void Dispose() => mapping.Release();
    }
}
