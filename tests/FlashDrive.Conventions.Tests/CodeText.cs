using System.Text;

namespace FlashDrive.Conventions.Tests;

/// <summary>
/// C# source with the insides of comments, strings and character literals blanked, so that a rule about code is not
/// broken by prose. Lines keep their numbers. Holes of interpolated strings are blanked too.
/// </summary>
internal static class CodeText
{
    public static string Of(string source)
    {
        var code = new StringBuilder(source.Length);
        var i = 0;
        while (i < source.Length)
        {
            var end = EndOfProse(source, i);
            if (end == i)
            {
                code.Append(source[i++]);
                continue;
            }
            for (; i < end; i++) code.Append(source[i] == '\n' ? '\n' : ' ');
        }
        return code.ToString();
    }

    public static int LineOf(string text, int index) => 1 + text.AsSpan(0, index).Count('\n');

    private static int EndOfProse(string s, int i)
    {
        if (StartsWith(s, i, "//")) return IndexOrEnd(s, "\n", i);
        if (StartsWith(s, i, "/*")) return After(s, "*/", i + 2);
        if (s[i] == '\'') return EndOfEscaped(s, i + 1, '\'');
        if (s[i] != '"') return i;
        var quotes = 1;
        while (i + quotes < s.Length && s[i + quotes] == '"') quotes++;
        if (quotes >= 3) return After(s, new string('"', quotes), i + quotes);
        if (quotes == 2) return i + 2;
        var verbatim = i > 0 && (s[i - 1] == '@' || (i > 1 && s[i - 1] == '$' && s[i - 2] == '@'));
        return verbatim ? EndOfVerbatim(s, i + 1) : EndOfEscaped(s, i + 1, '"');
    }

    private static int EndOfEscaped(string s, int i, char quote)
    {
        while (i < s.Length && s[i] != quote && s[i] != '\n') i += s[i] == '\\' ? 2 : 1;
        return Math.Min(i + 1, s.Length);
    }

    private static int EndOfVerbatim(string s, int i)
    {
        for (; i < s.Length; i++)
        {
            if (s[i] != '"') continue;
            if (i + 1 >= s.Length || s[i + 1] != '"') return i + 1;
            i++;
        }
        return s.Length;
    }

    private static bool StartsWith(string s, int i, string what) => string.CompareOrdinal(s, i, what, 0, what.Length) == 0;

    private static int IndexOrEnd(string s, string what, int from)
    {
        var index = s.IndexOf(what, from, StringComparison.Ordinal);
        return index < 0 ? s.Length : index;
    }

    private static int After(string s, string what, int from)
    {
        var index = s.IndexOf(what, Math.Min(from, s.Length), StringComparison.Ordinal);
        return index < 0 ? s.Length : index + what.Length;
    }
}
