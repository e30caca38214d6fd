using System.Text;

namespace FlashDrive.Model.Tokenization;

/// <summary>What is read out of a model's decoded text, and the left/right swap of navigation texts (alpamayo.md §4.2, §4.3 and §9.3).</summary>
public static class GeneratedText
{
    /// <summary>The reasoning sentence; empty when it never ended.</summary>
    public static string ChainOfThought(string text) => Between(text, "<|cot_start|>", "<|cot_end|>");

    public static string MetaAction(string text) => Between(text, "<|meta_action_start|>", "<|meta_action_end|>");

    /// <summary>The answer to a question; pass the text of the *generated* tokens only.</summary>
    public static string Answer(string text) => Between(text, "<|answer_start|>", "<|answer_end|>");

    /// <summary>Swaps the whole words left and right: right keeps an initial capital, left always becomes lower case, as in the reference.</summary>
    public static string SwapLeftAndRight(string text)
    {
        var swapped = new StringBuilder(text.Length);
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && IsWordCharacter(text[end])) end++;
            if (end == start)
            {
                swapped.Append(text[start++]);
                continue;
            }
            var word = text[start..end];
            swapped.Append(
                word.Equals("left", StringComparison.OrdinalIgnoreCase) ? "right"
                : word.Equals("right", StringComparison.OrdinalIgnoreCase) ? (char.IsUpper(word[0]) ? "Left" : "left")
                : word);
            start = end;
        }
        return swapped.ToString();
    }

    /// <summary>The part before the first end marker and, in it, after the last start marker; empty without an end marker.</summary>
    private static string Between(string text, string start, string end)
    {
        var stop = text.IndexOf(end, StringComparison.Ordinal);
        if (stop < 0) return "";
        var before = text.AsSpan(0, stop);
        var begin = before.LastIndexOf(start, StringComparison.Ordinal);
        if (begin >= 0) before = before[(begin + start.Length)..];
        var (from, to) = (0, before.Length);
        while (from < to && IsStripped(before[from])) from++;
        while (to > from && IsStripped(before[to - 1])) to--;
        return before[from..to].ToString();
    }

    // The reference strips what Python calls white space, which counts the four separators U+001C…U+001F.
    private static bool IsStripped(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';
}
