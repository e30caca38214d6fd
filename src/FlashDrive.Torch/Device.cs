namespace FlashDrive.Torch;

/// <summary>LibTorch's device kinds that the engine knows.</summary>
public enum DeviceType { Cpu = 0, Cuda = 1 }

/// <summary>Where a tensor lives; index −1 is the current device of its kind.</summary>
public readonly record struct Device(DeviceType Type, int Index = -1)
{
    public static readonly Device Cpu = new(DeviceType.Cpu);

    public override string ToString() => Type == DeviceType.Cpu ? "cpu" : Index < 0 ? "cuda" : $"cuda:{Index}";
}
