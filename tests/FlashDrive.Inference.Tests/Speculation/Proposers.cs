using FlashDrive.Driving;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Speculation;

/// <summary>Proposers of every kind of ill will, by name.</summary>
internal sealed class Proposer(Func<IReadOnlyList<int>, IReadOnlyList<int>> propose) : IDraftProposer
{
    public string Source => "test";

    public int Calls { get; private set; }

    public IReadOnlyList<int> Propose(FrameSession session)
    {
        Calls++;
        return propose(session.Session.Tokens);
    }

    /// <param name="plain">What plain decoding thinks.</param>
    /// <param name="length">Proposals of a block.</param>
    internal static Proposer Named(string name, IReadOnlyList<int> plain, int length, int vocabulary, int end)
    {
        var random = new KeyedRandom(17);
        var calls = 0UL;
        int[] Right(IReadOnlyList<int> tokens, int count) => [.. plain.Skip(tokens.Count).Take(count)];
        return new(tokens => name switch
        {
            "nothing" => [],
            "random" => [.. Enumerable.Range(0, length).Select(_ => random.Integer(calls++, vocabulary))],
            "always wrong" => [.. Right(tokens, length).Select(token => (token + 1) % vocabulary)],
            "oracle" => Right(tokens, length),
            "oracle with one flip" => [.. Right(tokens, length).Select((token, i) => i == length / 2 ? (token + 1) % vocabulary : token)],
            "stop in the middle" => [.. Right(tokens, length).Select((token, i) => i == length / 2 ? end : token)],
            "stops only" => [.. Enumerable.Repeat(end, length)],
            "the same token" => [.. Enumerable.Repeat(tokens[^1], length)],
            "longer than allowed" => [.. Right(tokens, 40), .. Enumerable.Repeat(1, 500)],
            "no tokens" => [-1, vocabulary, int.MaxValue],
            "throwing" => throw new InvalidOperationException("a drafter at fault"),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown"),
        });
    }
}
