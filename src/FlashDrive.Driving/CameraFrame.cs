namespace FlashDrive.Driving;

/// <summary>One decoded image of one camera.</summary>
/// <param name="CameraIndex">Dataset index of the camera (alpamayo.md §16.1); prompts list cameras in ascending index.</param>
/// <param name="CaptureMicroseconds">Capture time, microseconds since the Unix epoch.</param>
/// <param name="Rgb">[height, width, 3] bytes, interleaved R, G, B, no row padding.</param>
public sealed record CameraFrame(int CameraIndex, long CaptureMicroseconds, int Width, int Height, byte[] Rgb);
