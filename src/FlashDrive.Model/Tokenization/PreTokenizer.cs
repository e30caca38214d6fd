using System.Globalization;
using System.Text;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// Splits text into the pieces inside which BPE merges: the Qwen2 expression, matched by hand over code points, since .NET's
/// expressions see UTF-16 units and take letters and digits beyond U+FFFF for symbols.
/// </summary>
internal static class PreTokenizer
{
    /// <summary>The expression as tokenizer.json spells it; a file with another one is refused.</summary>
    public const string Expression =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private enum Kind : byte { Letter, Number, Space, Symbol }

    private static readonly Kind[] AsciiKinds = [.. Enumerable.Range(0, 128).Select(Classify)];

    /// <summary>Length in UTF-16 units of the piece that begins at <paramref name="start"/>; at least one.</summary>
    public static int NextLength(ReadOnlySpan<char> text, int start)
    {
        var rest = text[start..];
        var contraction = Contraction(rest);
        if (contraction > 0) return contraction;

        var first = KindAt(rest, 0, out var width);
        if (first == Kind.Number) return width;
        if (first == Kind.Letter) return Run(rest, width, Kind.Letter);
        if (rest[0] is not ('\r' or '\n') && width < rest.Length && KindAt(rest, width, out var next) == Kind.Letter)
            return Run(rest, width + next, Kind.Letter);

        var symbol = rest[0] == ' ' && rest.Length > 1 ? 1 : 0;
        if (KindAt(rest, symbol, out _) == Kind.Symbol)
        {
            var end = Run(rest, symbol, Kind.Symbol);
            while (end < rest.Length && rest[end] is '\r' or '\n') end++;
            return end;
        }
        return SpaceLength(rest);
    }

    /// <summary>A run of white space ends after its last line end; without one, its last character is left to the word that follows.</summary>
    private static int SpaceLength(ReadOnlySpan<char> rest)
    {
        var end = Run(rest, 0, Kind.Space);
        var lineEnd = rest[..end].LastIndexOfAny('\r', '\n');
        if (lineEnd >= 0) return lineEnd + 1;
        return end == rest.Length || end == 1 ? end : end - 1;
    }

    private static int Contraction(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 2 || rest[0] != '\'') return 0;
        // U+017F, the long s, folds to s.
        if (rest[1] is 's' or 'S' or '\u017F' or 't' or 'T' or 'm' or 'M' or 'd' or 'D') return 2;
        if (rest.Length < 3) return 0;
        var pair = ((char)(rest[1] | 0x20), (char)(rest[2] | 0x20));
        return pair is ('r', 'e') or ('v', 'e') or ('l', 'l') && char.IsAsciiLetter(rest[1]) && char.IsAsciiLetter(rest[2]) ? 3 : 0;
    }

    private static int Run(ReadOnlySpan<char> text, int end, Kind kind)
    {
        while (end < text.Length && KindAt(text, end, out var width) == kind) end += width;
        return end;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int width)
    {
        width = 1;
        var c = text[index];
        if (c < 128) return AsciiKinds[c];
        if (Rune.DecodeFromUtf16(text[index..], out var rune, out width) == System.Buffers.OperationStatus.Done) return Classify(rune.Value);
        width = 1;
        return Kind.Symbol;
    }

    private static Kind Classify(int point)
    {
        if (point < 0x10000 && char.IsWhiteSpace((char)point)) return Kind.Space;
        return CharUnicodeInfo.GetUnicodeCategory(point) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Symbol,
        };
    }
}
