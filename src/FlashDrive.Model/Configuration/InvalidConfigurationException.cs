namespace FlashDrive.Model.Configuration;

/// <summary>A configuration file has a missing, wrong or unsupported value; the message names file, key, value and rule.</summary>
public sealed class InvalidConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
