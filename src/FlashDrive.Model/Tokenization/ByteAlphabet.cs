namespace FlashDrive.Model.Tokenization;

/// <summary>
/// The printable alphabet in which byte-level BPE files spell bytes (GPT-2): bytes 33-126, 161-172 and 174-255 are themselves,
/// the other 68 bytes are U+0100 onwards in ascending order. Ids 0-255 of the vocabulary follow the same order.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>Bytes in vocabulary order: <c>Order[id]</c> is the byte of base id 0…255.</summary>
    public static readonly byte[] Order;

    private static readonly char[] CharOfByte = new char[256];
    private static readonly short[] ByteOfChar = new short[0x144];

    static ByteAlphabet()
    {
        var printable = new List<byte>();
        var others = new List<byte>();
        for (var b = 0; b < 256; b++) (b is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? printable : others).Add((byte)b);
        Array.Fill(ByteOfChar, (short)-1);
        foreach (var b in printable) CharOfByte[b] = (char)b;
        for (var i = 0; i < others.Count; i++) CharOfByte[others[i]] = (char)(0x100 + i);
        for (var b = 0; b < 256; b++) ByteOfChar[CharOfByte[b]] = (short)b;
        Order = [.. printable, .. others];
    }

    public static char ToChar(byte value) => CharOfByte[value];

    public static string ToSymbols(ReadOnlySpan<byte> bytes)
    {
        Span<char> symbols = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) symbols[i] = CharOfByte[bytes[i]];
        return new string(symbols);
    }

    /// <summary>The bytes of a token spelt in the alphabet, or null when it holds a character that is none of its letters.</summary>
    public static byte[]? ToBytes(string symbols)
    {
        var bytes = new byte[symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] >= ByteOfChar.Length || ByteOfChar[symbols[i]] < 0) return null;
            bytes[i] = (byte)ByteOfChar[symbols[i]];
        }
        return bytes;
    }
}
