using System.Runtime.InteropServices;
using FlashDrive.Model.Actions;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Actions;

/// <summary>One group of the recorded windows: the main one, or the one with other sizes and constants ("alt.").</summary>
internal sealed class GoldenTrajectories(string prefix) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(Fixtures.Golden("actions", "trajectories.safetensors"));

    public int Windows => (int)_file.Shape(prefix + "history_xyz")[0];

    public int HistoryPoses => (int)_file.Shape(prefix + "history_xyz")[1];

    public float[] Floats(string name, int window) => Row<float>(name, window);

    public int[] Bins(string name, int window) => Array.ConvertAll(Row<long>(name, window), value => (int)value);

    public byte Flag(string name, int window) => _file.Bytes(prefix + name)[window];

    public PlanarPose[] Poses(string which, int window)
    {
        var (xyz, rotations) = (Floats($"{which}_xyz", window), Floats($"{which}_rot", window));
        return [.. Enumerable.Range(0, xyz.Length / 3).Select(i => PlanarPose.From(xyz.AsSpan(3 * i, 3), rotations.AsSpan(9 * i, 9)))];
    }

    public void Dispose() => _file.Dispose();

    private T[] Row<T>(string name, int window) where T : unmanaged
    {
        var all = MemoryMarshal.Cast<byte, T>(_file.Bytes(prefix + name));
        var length = all.Length / (int)_file.Shape(prefix + name)[0];
        return all.Slice(window * length, length).ToArray();
    }
}
