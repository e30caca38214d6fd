using System.Text.Json.Nodes;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

public class BpeTrainerTests
{
    private static readonly string[] Corpus =
    [
        "Slow to keep a safe gap because the lead vehicle ahead is braking.", "Stop for the red light ahead at the junction.",
        "Keep the lane because the road ahead is clear.", "Slow down because a pedestrian is crossing the road ahead.", "frame 0 frame 1 frame 2 frame 3 ",
    ];

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_smaller_ids()
    {
        // "ab" occurs three times; then "cd" twice, like a space before "ab" and one before "c", and its ids are the smallest.
        var model = BpeTrainer.Train(["ab ab ab cd cd"], 4);
        Assert.Equal(["ab", "cd", "Ġab", "Ġcd"], model.Symbols.Skip(256));
    }

    [Fact]
    public void Training_is_a_function_of_the_corpus()
    {
        var (a, b) = (BpeTrainer.Train([.. Corpus, .. Corpus], 60), BpeTrainer.Train([.. Corpus, .. Corpus], 60));
        Assert.Equal(60, a.Merges.Count);
        Assert.Equal(a.Merges, b.Merges);
        Assert.Equal(a.Symbols, b.Symbols);
    }

    [Fact]
    public void Training_ends_when_no_pair_occurs_twice()
    {
        var model = BpeTrainer.Train(["abc abc"], 1000);
        Assert.Equal(["ab", "abc"], model.Symbols.Skip(256));
    }

    [Fact]
    public void Added_tokens_in_the_corpus_are_not_learned()
    {
        var model = BpeTrainer.Train(["<|im_end|><|im_end|><|traj_history|><|traj_history|>", "xy xy"], 10);
        Assert.Equal(["xy"], model.Symbols.Skip(256));
    }

    [Fact]
    public void Learned_files_load_to_a_tokenizer_that_gives_the_same_ids_from_either_set_and_decodes_back()
    {
        using var folder = new TemporaryFolder();
        var model = BpeTrainer.Train([.. Corpus, .. Corpus], 120);
        model.WriteTo(folder.Path);
        var single = TokenizerFiles.Load(folder.Path);
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));
        var pair = TokenizerFiles.Load(folder.Path);
        Assert.Equal(256 + model.Merges.Count + 26, single.Length);
        Assert.Equal(model.Length, single.Length);
        Assert.Equal(model.IdOfAdded("<|image_pad|>"), single.IdOf("<|image_pad|>"));
        foreach (var text in Corpus.Append("Naïve <|im_end|>\n 左 \U0001F697"))
        {
            var ids = single.Encode(text);
            Assert.Equal(ids, pair.Encode(text));
            Assert.Equal(ids, model.ToTokenizer().Encode(text));
            Assert.Equal(text, single.Decode(ids));
        }
        Assert.True(Corpus.Sum(text => single.Encode(text).Length) < Corpus.Sum(text => text.Length) / 3);
    }

    [Fact]
    public void The_written_files_have_exactly_the_keys_and_values_of_the_reference_checkpoint()
    {
        using var folder = new TemporaryFolder();
        TinyModel().WriteTo(folder.Path);
        foreach (var name in new[] { "tokenizer.json", "vocab.json", "tokenizer_config.json" })
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(Fixtures.Golden("tiny", "vlm", name))), JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, name)))),
                name);
        Assert.Equal(File.ReadAllText(Fixtures.Golden("tiny", "vlm", "merges.txt")), File.ReadAllText(Path.Combine(folder.Path, "merges.txt")));
        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);
    }

    /// <summary>The merges of the reference checkpoint, as a learned model.</summary>
    private static BpeModel TinyModel()
    {
        var symbols = ByteAlphabet.Order.Select(b => ByteAlphabet.ToChar(b).ToString()).ToList();
        var merges = new List<(int, int)>();
        foreach (var line in File.ReadLines(Fixtures.Golden("tiny", "vlm", "merges.txt")).Skip(1).Where(line => line.Length > 0))
        {
            var (left, right) = TokenizerFiles.SplitMerge(line);
            merges.Add((symbols.IndexOf(left), symbols.IndexOf(right)));
            symbols.Add(left + right);
        }
        return new(symbols, merges);
    }
}
