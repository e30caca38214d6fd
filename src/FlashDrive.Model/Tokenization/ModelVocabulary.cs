using System.Globalization;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// The tokenizer of an Alpamayo model: the backbone's tokenizer extended by the trajectory tokens <c>&lt;i0&gt;…</c> and then by the
/// special tokens in their published order (alpamayo.md §3.2), and the ids that inference needs.
/// </summary>
public sealed class ModelVocabulary
{
    /// <summary>Names of the special tokens in extension order; a token reads <c>&lt;|name|&gt;</c>. image_pad exists already and keeps its id.</summary>
    public static readonly IReadOnlyList<string> SpecialTokenNames =
    [
        "prompt_start", "prompt_end", "image_start", "_padding_0", "image_end", "traj_history_start", "_padding_1", "traj_history_end",
        "cot_start", "cot_end", "_padding_2", "_padding_3", "traj_future_start", "_padding_4", "traj_future_end", "traj_history", "traj_future",
        "image_pad", "_padding_5", "_padding_6", "_padding_7", "_padding_8", "route_start", "route_pad", "route_end",
        "question_start", "question_end", "answer_start", "answer_end",
    ];

    /// <summary>The markers that are added when a configuration asks for no special tokens.</summary>
    public static readonly IReadOnlyList<string> TrajectoryMarkerNames =
        ["traj_history", "traj_future", "traj_history_start", "traj_future_start", "traj_history_end", "traj_future_end"];

    private readonly Dictionary<string, int> _specialIds;

    private ModelVocabulary(Tokenizer tokenizer, Dictionary<string, int> specialIds, int trajectoryStart, int trajectoryCount, int futureBins, int historyBins)
    {
        Tokenizer = tokenizer;
        _specialIds = specialIds;
        (TrajectoryStart, TrajectoryCount, FutureBins, HistoryBins) = (trajectoryStart, trajectoryCount, futureBins, historyBins);
        Pad = Required("<|endoftext|>");
        Eos = Required("<|im_end|>");
        ImagePad = Required("<|image_pad|>");
        VisionStart = Required("<|vision_start|>");
        VisionEnd = Required("<|vision_end|>");
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>Number of tokens, which is the number of rows of the embedding and of the output head.</summary>
    public int Length => Tokenizer.Length;

    public int Pad { get; }

    /// <summary>End of a turn; the only id besides the hand-over that ends generation.</summary>
    public int Eos { get; }

    public int ImagePad { get; }

    public int VisionStart { get; }

    public int VisionEnd { get; }

    /// <summary>First of <see cref="TrajectoryCount"/> trajectory tokens, which generation masks.</summary>
    public int TrajectoryStart { get; }

    public int TrajectoryCount { get; }

    /// <summary>Id of future action bin 0; the bins of the future come first.</summary>
    public int FutureStart => TrajectoryStart;

    public int FutureBins { get; }

    /// <summary>Id of history delta bin 0.</summary>
    public int HistoryStart => TrajectoryStart + FutureBins;

    public int HistoryBins { get; }

    public int TrajectoryHistory => Special("traj_history");

    public int TrajectoryHistoryStart => Special("traj_history_start");

    public int TrajectoryHistoryEnd => Special("traj_history_end");

    /// <summary>The hand-over: after it the action expert takes over.</summary>
    public int TrajectoryFutureStart => Special("traj_future_start");

    public int TrajectoryFutureEnd => Special("traj_future_end");

    public int CotStart => Special("cot_start");

    public int CotEnd => Special("cot_end");

    public int RouteStart => Special("route_start");

    public int RouteEnd => Special("route_end");

    public int QuestionStart => Special("question_start");

    public int QuestionEnd => Special("question_end");

    public int AnswerStart => Special("answer_start");

    public int AnswerEnd => Special("answer_end");

    /// <summary>Ids of the special tokens by name, <c>image_pad</c> included.</summary>
    public IReadOnlyDictionary<string, int> SpecialIds => _specialIds;

    /// <summary>Id of <c>&lt;|name|&gt;</c>.</summary>
    /// <exception cref="InvalidTokenizerException">The vocabulary was extended without it (add_special_tokens = false).</exception>
    public int Special(string name) =>
        _specialIds.TryGetValue(name, out var id) ? id : throw new InvalidTokenizerException($"this vocabulary has no token <|{name}|>: add_special_tokens is false");

    /// <summary>Extends the backbone's tokenizer as the configuration says and checks that both agree on every id they name.</summary>
    /// <exception cref="InvalidTokenizerException">Tokenizer and configuration disagree.</exception>
    public static ModelVocabulary Create(Tokenizer backbone, ModelConfiguration configuration)
    {
        var vocabulary = Extend(
            backbone, configuration.TrajectoryVocabularySize, configuration.FutureTokenizer.Bins, configuration.HistoryTokenizer.Bins, configuration.AddSpecialTokens);
        var ids = configuration.TokenIds;
        Agree("image_token_id", ids.ImagePad, vocabulary.ImagePad, "<|image_pad|>");
        Agree("vision_start_token_id", ids.VisionStart, vocabulary.VisionStart, "<|vision_start|>");
        Agree("vision_end_token_id", ids.VisionEnd, vocabulary.VisionEnd, "<|vision_end|>");
        Agree("text_config.eos_token_id", ids.Eos, vocabulary.Eos, "<|im_end|>");
        if (configuration.TrajectoryTokenStart is { } start) Agree("traj_token_start_idx", start, vocabulary.TrajectoryStart, "<i0>");
        if (configuration.VocabularySize is { } size && size != vocabulary.Length)
            throw new InvalidTokenizerException($"vocab_size = {size}, but the tokenizer has {vocabulary.Length} tokens after extension: it belongs to another model");
        return vocabulary;
    }

    /// <summary>The extension alone, for callers without a configuration.</summary>
    public static ModelVocabulary Extend(Tokenizer backbone, int trajectoryTokens, int futureBins, int historyBins, bool addSpecialTokens)
    {
        if (futureBins < 1 || historyBins < 1 || futureBins + historyBins > trajectoryTokens)
            throw new ArgumentOutOfRangeException(nameof(trajectoryTokens), trajectoryTokens, $"must hold {futureBins} future and {historyBins} history bins");
        var trajectoryStart = backbone.Length;
        var names = addSpecialTokens ? SpecialTokenNames : TrajectoryMarkerNames;
        var tokenizer = backbone
            .Extend(Enumerable.Range(0, trajectoryTokens).Select(i => ($"<i{i.ToString(CultureInfo.InvariantCulture)}>", Special: false, Normalized: true)))
            .Extend(names.Select(name => ($"<|{name}|>", Special: true, Normalized: false)));
        if (tokenizer.IdOf("<i0>") != trajectoryStart)
            throw new InvalidTokenizerException("the backbone's tokenizer holds trajectory tokens already; it must be the one before extension");
        var ids = names.ToDictionary(name => name, name => tokenizer.IdOf($"<|{name}|>")!.Value);
        return new(tokenizer, ids, trajectoryStart, trajectoryTokens, futureBins, historyBins);
    }

    private static void Agree(string key, int configured, int actual, string token)
    {
        if (configured != actual)
            throw new InvalidTokenizerException($"{key} = {configured}, but the tokenizer gives {token} the id {actual}: it belongs to another model");
    }

    private int Required(string token) =>
        Tokenizer.IdOf(token) ?? throw new InvalidTokenizerException($"the tokenizer has no token {token}; it is not of the Qwen3-VL family");
}
