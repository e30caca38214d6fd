namespace FlashDrive.Torch;

/// <summary>What went wrong inside LibTorch, as far as it tells.</summary>
public enum TorchErrorKind
{
    Error = 1, Index = 2, Type = 3, Value = 4, NotImplemented = 5, MissingOperator = 6, OutOfMemory = 7,
}

/// <summary>An error of LibTorch; the message names the operator, the shapes and dtypes of its tensors, and LibTorch's own words.</summary>
public sealed class TorchException(TorchErrorKind kind, string message) : Exception(message)
{
    public TorchErrorKind Kind { get; } = kind;
}

/// <summary>The native library or LibTorch could not be loaded.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
