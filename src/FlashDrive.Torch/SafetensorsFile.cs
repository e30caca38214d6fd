using System.Buffers.Binary;

namespace FlashDrive.Torch;

/// <summary>
/// A memory-mapped .safetensors file: 8 bytes header length (little endian), a JSON header, the data. Tensors are views of the
/// mapping (no copy); the mapping lives until the file object and the last such tensor are gone. The whole header is checked
/// before anything is handed out, so a hostile file is refused here and nowhere later.
/// </summary>
/// <remarks>
/// Copy-on-write: writing into a loaded tensor changes neither the file nor another process. Replace a file by renaming another
/// over it; one that is cut in place while it is mapped ends the process, as with any mapping.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly FileMapping _mapping;
    private readonly SafetensorsHeader _header;
    private int _closed;

    private SafetensorsFile(string path, FileMapping mapping, SafetensorsHeader header)
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
        var mapping = new FileMapping(path, length);
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
            mapping.Release();
            throw;
        }
    }

    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    public ScalarType DType(string name) => Entry(name).DType;

    /// <summary>The raw bytes of a tensor in row-major order, at most 2 GiB; valid while the file is open.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Entry(name);
        if (entry.End - entry.Begin > int.MaxValue)
            throw new InvalidOperationException($"{Path}: tensor '{name}' has {entry.End - entry.Begin} bytes, more than one span holds; use Tensor(name)");
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return new ReadOnlySpan<byte>(AddressOf(entry), (int)(entry.End - entry.Begin));
    }

    /// <summary>A tensor over the mapped bytes, in its stored dtype and shape. Only an entry that is not aligned to its element size is copied.</summary>
    public Tensor Tensor(string name)
    {
        var entry = Entry(name);
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        _mapping.Retain();
        var view = torch.from_blob((nint)AddressOf(entry), entry.Shape, entry.DType, _mapping.Lease(), disposeOwner: true);
        if ((nint)AddressOf(entry) % entry.DType.ElementSize() == 0) return view;
        using (view) return view.clone();
    }

    /// <summary>Closes the file; the pages stay mapped until the last tensor over them is gone.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _mapping.Release();
    }

    private byte* AddressOf(SafetensorsEntry entry) => _mapping.Pointer + _header.DataStart + entry.Begin;

    private SafetensorsEntry Entry(string name) => _header.Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException(Path, $"there is no tensor '{name}' (it has {Names.Count})");
}
