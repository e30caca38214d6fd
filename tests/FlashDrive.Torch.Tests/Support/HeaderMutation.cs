using FlashDrive.Driving;

namespace FlashDrive.Torch.Tests.Support;

/// <summary>One to three small changes of a JSON text: most make it wrong, some leave it well-formed with other numbers or names.</summary>
internal static class HeaderMutation
{
    private static readonly byte[] Alphabet = [.. "0123456789-.,:[]{}\" \\ue"u8, 0, 0x80, 0xFF];

    internal static byte[] Of(byte[] text, KeyedRandom random)
    {
        var bytes = new List<byte>(text);
        var changes = 1 + random.Integer(0, 3);
        for (var change = 0; change < changes; change++)
        {
            var draw = random.At(change + 1);
            var place = draw.Integer(0, bytes.Count);
            switch (draw.Integer(1, 6))
            {
                case 0:
                    bytes[place] = Alphabet[draw.Integer(2, Alphabet.Length)];
                    break;
                case 1:
                    bytes.Insert(place, Alphabet[draw.Integer(2, Alphabet.Length)]);
                    break;
                case 2:
                    bytes.RemoveAt(place);
                    break;
                case 3:
                    bytes[place] ^= (byte)(1 << draw.Integer(2, 8));
                    break;
                case 4:
                    bytes.InsertRange(place, bytes.GetRange(place, Math.Min(1 + draw.Integer(2, 40), bytes.Count - place)));
                    break;
                default:
                    ReplaceDigit(bytes, place, (byte)('0' + draw.Integer(2, 10)));
                    break;
            }
        }
        return [.. bytes];
    }

    private static void ReplaceDigit(List<byte> bytes, int from, byte digit)
    {
        var place = bytes.FindIndex(from, b => b is >= (byte)'0' and <= (byte)'9');
        if (place >= 0) bytes[place] = digit;
    }
}
