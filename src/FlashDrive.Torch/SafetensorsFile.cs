using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace FlashDrive.Torch;

/// <summary>
/// A memory-mapped .safetensors file: 8 bytes header length (little endian), a JSON header, the data. Tensors are views of the
/// mapping (no copy); the mapping lives until the file object and the last such tensor are gone. The whole header is checked
/// before anything is handed out, so a hostile file is refused here and nowhere later.
/// </summary>
/// <remarks>The mapping is copy-on-write: writing into a loaded tensor changes neither the file nor another process.</remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly Mapping _mapping;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, Mapping mapping, SafetensorsHeader header)
    {
        (Path, _mapping, _header) = (path, mapping, header);
    }

    public string Path { get; }

    /// <summary>Tensor names in file order.</summary>
    public IReadOnlyList<string> Names => _header.Names;

    /// <summary>The optional <c>__metadata__</c> entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <exception cref="SafetensorsException">The file is not a well-formed .safetensors file; the message says where.</exception>
    public static SafetensorsFile Open(string path)
    {
        var length = new FileInfo(path).Length;
        if (length < 8) throw new SafetensorsException(path, $"the file has {length} bytes, fewer than the 8 of its header length");
        var mapping = new Mapping(path, length);
        try
        {
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(mapping.Pointer, 8));
            if (headerLength > SafetensorsHeader.MaxBytes || headerLength > (ulong)(length - 8))
                throw new SafetensorsException(path, $"the header claims {headerLength} bytes, the file has {length - 8} after the length (limit {SafetensorsHeader.MaxBytes})");
            var json = new ReadOnlySpan<byte>(mapping.Pointer + 8, (int)headerLength);
            return new SafetensorsFile(path, mapping, SafetensorsHeader.Parse(path, json, length - 8 - (long)headerLength));
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    public ScalarType DType(string name) => Entry(name).DType;

    /// <summary>The raw bytes of a tensor in row-major order; valid while the file is open.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Entry(name);
        return new ReadOnlySpan<byte>(_mapping.Pointer + _header.DataStart + entry.Begin, checked((int)(entry.End - entry.Begin)));
    }

    /// <summary>A tensor over the mapped bytes, in its stored dtype and shape.</summary>
    public Tensor Tensor(string name)
    {
        var entry = Entry(name);
        _mapping.Retain();
        return torch.from_blob((nint)(_mapping.Pointer + _header.DataStart + entry.Begin), entry.Shape, entry.DType, _mapping.Lease(), disposeOwner: true);
    }

    public void Dispose() => _mapping.Release();

    private SafetensorsEntry Entry(string name) => _header.Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException(Path, $"there is no tensor '{name}' (it has {Names.Count})");

    /// <summary>Counts its users, so that the file object may be closed while tensors still look at the pages.</summary>
    private sealed class Mapping : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private int _users = 1;

        internal Mapping(string path, long length)
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            _file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.CopyOnWrite);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Pointer = pointer + _view.PointerOffset;
        }

        internal byte* Pointer { get; }

        internal void Retain() => Interlocked.Increment(ref _users);

        internal IDisposable Lease() => new Loan(this);

        internal void Release()
        {
            if (Interlocked.Decrement(ref _users) == 0) Dispose();
        }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }

        private sealed class Loan(Mapping mapping) : IDisposable
        {
            public void Dispose() => mapping.Release();
        }
    }
}
