using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>
/// A target that knows one text by heart: after a right beginning it answers with the next token, after anything else with garbage.
/// It reads what stands in the slots, so a token in a wrong slot shows.
/// </summary>
/// <param name="text">What plain greedy decoding writes.</param>
/// <param name="first">Best tokens for the first place, in order.</param>
internal sealed class ScriptedTarget(int[] text, int[] first, int garbage, int vocabulary, int promptLength, int slots) : IDeliberativeReasoner
{
    private readonly int[] _slots = new int[slots];

    internal int[] Slots(int from, int to) => _slots[from..to];

    public TargetScores Score(FrameSession session, DraftTokens draft)
    {
        var thought = session.Session;
        if (thought.Tokens.Count == 0) return new(Rows(first));
        var from = Write(thought, draft.Tokens);
        return new(Rows([.. Enumerable.Range(from, thought.Scratch.Slots - from).Select(slot => (int[])[Answer(slot)])]));
    }

    public void Settle(FrameSession session)
    {
        if (session.Session.Unwritten > 0) Write(session.Session, []);
    }

    private int Write(ReasoningSession session, IReadOnlyList<int> draft)
    {
        var (from, own) = (session.Scratch.Slots, session.Unwritten);
        for (var i = 0; i < own + draft.Count; i++) _slots[from + i] = i < own ? session.Tokens[session.Scratch.Tokens + i] : draft[i - own];
        session.Scratch.Begin(own + draft.Count);
        session.Scratch.Commit();
        return from;
    }

    private int Answer(int slot)
    {
        var length = slot - promptLength + 1;
        return length < text.Length && _slots.AsSpan(promptLength, length).SequenceEqual(text.AsSpan(0, length)) ? text[length] : garbage;
    }

    private Tensor Rows(params int[][] best)
    {
        var logits = torch.zeros(best.Length, vocabulary).DetachFromDisposeScope();
        for (var row = 0; row < best.Length; row++)
            for (var i = 0; i < best[row].Length; i++) logits.buffer<float>()[row * vocabulary + best[row][i]] = best[row].Length - i;
        return logits;
    }
}

/// <summary>Proposals by heart: those of a round, the last ones again and again.</summary>
internal sealed class ScriptedProposer(int[][] rounds) : IDraftProposer
{
    private int _round;

    public string Source => DflashProposer.Name;

    public IReadOnlyList<int> Propose(FrameSession session) => rounds[Math.Min(_round++, rounds.Length - 1)];
}

/// <summary>A session over an empty window, for a target that computes nothing.</summary>
internal sealed class ScriptedWindow : IDisposable
{
    private readonly KvPool _pool;
    private readonly WindowViewPool _views;

    internal ScriptedWindow(int promptLength, int slots)
    {
        var geometry = new KvGeometry(1, 1, 2, ScalarType.Float32);
        (_pool, _views) = (new(geometry, [new(promptLength, 1)]), new(geometry, 1, slots));
        var block = _pool.Rent(promptLength);
        block.Seal();
        using var scope = torch.NewDisposeScope();
        var table = new BlockTable([(block, new(WindowPartKind.Prefix, 0, promptLength))], new int[3 * promptLength], ropeDelta: 0);
        Session = new(new KvLease(table), _views.Rent(), torch.zeros(1, 1));
    }

    internal ReasoningSession Session { get; }

    public void Dispose()
    {
        Session.Dispose();
        _views.Dispose();
        _pool.Dispose();
    }
}
