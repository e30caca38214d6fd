using System.Text;

namespace FlashDrive.Service.Reporting;

/// <summary>Text that a model or a file made up, fit for a terminal line and for XML: no control characters, no line breaks.</summary>
internal static class Printable
{
    public static string Of(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // U+FFFE and U+FFFF are no XML characters; unpaired surrogates come out as U+FFFD.
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
                || (rune.Value & 0xFFFE) == 0xFFFE) clean.Append(' ');
            else clean.Append(rune);
        }
        return clean.ToString();
    }
}
