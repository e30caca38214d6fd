namespace FlashDrive.Driving;

/// <summary>Names and indices of the cameras an Alpamayo prompt can speak of (alpamayo.md §4.2 and §16.1).</summary>
public static class CameraCatalog
{
    /// <summary>Front left, front, front right, front telephoto: the set the published model was evaluated with.</summary>
    public static readonly IReadOnlyList<int> DefaultIndices = [0, 1, 2, 6];

    private static readonly string[] DisplayNames =
        ["Front left camera", "Front camera", "Front right camera", "Rear left camera", "Rear camera", "Rear right camera", "Front telephoto camera"];

    private static readonly string[] DatasetNames =
    [
        "camera_cross_left_120fov", "camera_front_wide_120fov", "camera_cross_right_120fov", "camera_rear_left_70fov",
        "camera_rear_tele_30fov", "camera_rear_right_70fov", "camera_front_tele_30fov",
    ];

    /// <summary>The name the prompt uses; an index outside the catalogue reads "Camera i".</summary>
    public static string DisplayName(int index) => index >= 0 && index < DisplayNames.Length ? DisplayNames[index] : $"Camera {index}";

    public static string DatasetName(int index) => index >= 0 && index < DatasetNames.Length ? DatasetNames[index] : $"camera_{index}";

    /// <summary>Index of a dataset camera name, or −1: the reference maps unknown names to 0, which hides a typing error.</summary>
    public static int IndexOf(string datasetName) => Array.IndexOf(DatasetNames, datasetName);
}
