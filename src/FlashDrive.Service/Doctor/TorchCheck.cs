using FlashDrive.Torch;

namespace FlashDrive.Service.Doctor;

internal static class TorchCheck
{
    /// <summary>Loads LibTorch by asking its version, and says where its library lies.</summary>
    public static Finding Load()
    {
        try
        {
            var version = torch.version;
            var place = LoadedLibraries.Of("libtorch_cpu.so").FirstOrDefault() ?? LoadedLibraries.Of("libtorch.so").FirstOrDefault();
            return new("LibTorch", place is null ? version : $"{version} in {Path.GetDirectoryName(place)}");
        }
        catch (TorchUnavailableException failure)
        {
            return new("LibTorch", failure.Message, FindingState.Fault,
                "apt-get update && apt-get install -y --no-install-recommends libtorch-dev libopenblas0-openmp, then ./flashdrive doctor (it builds the native part)");
        }
    }

    /// <summary>LibTorch's own default is no guide: it is wrong in virtual machines.</summary>
    public static Finding Threads() => new("threads", $"{Environment.ProcessorCount} processors; each stage sets its LibTorch threads itself");

    public static Finding Cuda() => torch.cuda_is_available()
        ? new("CUDA", "available")
        : new("CUDA", "none: this LibTorch or this machine has no CUDA; FlashDrive runs on the CPU");
}
