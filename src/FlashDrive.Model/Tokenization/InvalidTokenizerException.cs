namespace FlashDrive.Model.Tokenization;

/// <summary>Tokenizer files are missing, malformed or of another kind than byte-level BPE of the Qwen family; the message says which and why.</summary>
public sealed class InvalidTokenizerException(string message, Exception? inner = null) : Exception(message, inner);
