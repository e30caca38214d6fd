namespace FlashDrive.Torch;

/// <summary>
/// Whether the managed objects of tensors that a <see cref="DisposeScope"/> freed serve again, so that a steady state allocates none.
/// <para>
/// The hazard: somebody who kept a reference to such a tensor, against the rule, reads another tensor or disposes it once the object
/// serves again. Therefore freed objects first wait in line, oldest out first: until <see cref="Quarantine"/> younger ones of the same
/// thread have been freed, every use of a stale reference is refused as the use of a disposed tensor. An object that its holder
/// disposed itself, inside a scope or outside, never serves again, so disposing twice stays harmless for ever.
/// </para>
/// <para>With recycling off every use of a freed tensor is found, however late: a test suite that runs so looks for them.</para>
/// </summary>
public static class TensorRecycling
{
    /// <summary>Setting (<c>runtimeconfig.json</c>) that turns recycling off for a whole process: <c>false</c>.</summary>
    public const string SwitchName = "FlashDrive.Torch.RecycleTensors";

    /// <summary>Freed objects of one thread that wait before the oldest of them serves again.</summary>
    public const int Quarantine = 4096;

    private static volatile bool _enabled = !AppContext.TryGetSwitch(SwitchName, out var on) || on;

    /// <summary>May be changed at any time, for all threads.</summary>
    public static bool Enabled
    {
        get => _enabled;
        set => _enabled = value;
    }
}
