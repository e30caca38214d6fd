using System.IO.Compression;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

/// <summary>The published Qwen3 vocabulary, built once from its merges, and its Alpamayo extension.</summary>
internal static class QwenVocabulary
{
    private static readonly Lazy<Tokenizer> LazyBase = new(() => TokenizerFiles.FromMerges(ReadMerges()));
    private static readonly Lazy<ModelVocabulary> LazyExtended = new(() => ModelVocabulary.Extend(Base, 4000, 3000, 1000, addSpecialTokens: true));

    public static Tokenizer Base => LazyBase.Value;

    public static ModelVocabulary Extended => LazyExtended.Value;

    private static List<string> ReadMerges()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Fixtures.Golden("tokenizer", "merges.txt.gz")), CompressionMode.Decompress));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }
}
