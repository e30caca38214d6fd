namespace FlashDrive.Inference.Conformance;

/// <summary>A fixture is incomplete or not of the layout its kind reads; the message says what is missing where.</summary>
public sealed class FixtureException(string message, Exception? inner = null) : Exception(message, inner);
