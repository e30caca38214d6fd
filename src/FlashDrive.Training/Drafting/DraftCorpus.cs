using FlashDrive.Torch;

namespace FlashDrive.Training.Drafting;

/// <summary>
/// Thoughts of the target, written to one file once so that every pass over them is cheap. They follow from the recipe and the seed;
/// the file only saves the time to draw them again.
/// </summary>
public sealed class DraftCorpus(IReadOnlyList<DraftThought> thoughts)
{
    private const string Features = "features", Tokens = "tokens", Lengths = "lengths", Streamed = "streamed", Key = "key";

    public IReadOnlyList<DraftThought> Thoughts { get; } = thoughts;

    /// <summary>The file's corpus, or null when there is none for that key.</summary>
    /// <param name="key">Recipe, seed and parent.</param>
    /// <param name="features">Numbers of a feature row.</param>
    /// <param name="context">Rows of the prompt.</param>
    public static DraftCorpus? Load(string file, string key, int features, int context)
    {
        if (!File.Exists(file)) return null;
        using var scope = torch.NewDisposeScope();
        using var stored = SafetensorsFile.Open(file);
        if (stored.Metadata.GetValueOrDefault(Key) != key) return null;
        var rows = stored.Tensor(Features).data<float>();
        var tokens = stored.Tensor(Tokens).data<int>();
        var lengths = stored.Tensor(Lengths).data<int>();
        var streamed = stored.Tensor(Streamed).data<int>();
        var thoughts = new DraftThought[lengths.Length];
        for (var i = 0; i < thoughts.Length; i++)
        {
            // The file holds tokens only: two of them are the end of thought and the hand-over.
            var count = (context + lengths[i] - 3) * features;
            thoughts[i] = new(rows[..count].ToArray(), tokens[..lengths[i]].ToArray(), streamed[i] != 0);
            rows = rows[count..];
            tokens = tokens[lengths[i]..];
        }
        return new(thoughts);
    }

    public void Save(string file, string key)
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Save(
            file,
            new Dictionary<string, Tensor>
            {
                [Features] = torch.tensor(Thoughts.SelectMany(t => t.Features).ToArray()),
                [Tokens] = torch.tensor(Thoughts.SelectMany(t => t.Tokens).ToArray()),
                [Lengths] = torch.tensor(Thoughts.Select(t => t.Tokens.Length).ToArray()),
                [Streamed] = torch.tensor(Thoughts.Select(t => t.IsStreamed ? 1 : 0).ToArray()),
            },
            new Dictionary<string, string> { [Key] = key });
    }
}
