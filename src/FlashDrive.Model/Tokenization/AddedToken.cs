namespace FlashDrive.Model.Tokenization;

/// <summary>A token that is found in the text as a whole, never by merging.</summary>
/// <param name="Special">Left out when decoding with special tokens skipped.</param>
/// <param name="Normalized">Searched in the NFC form of the text, after the tokens that are searched in the raw text.</param>
public sealed record AddedToken(int Id, string Content, bool Special, bool Normalized);
