using System.Runtime.Intrinsics.X86;
using FlashDrive.Torch;

namespace FlashDrive.Service.Doctor;

internal static class CpuCheck
{
    public static Finding Capability() => JudgeCapability(Avx512BW.IsSupported && Avx512DQ.IsSupported, Avx2.IsSupported, torch.cpu_capability);

    /// <summary>A passive policy makes small operators slower on two threads than on one.</summary>
    public static Finding WaitPolicy() => JudgeWaitPolicy(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"));

    internal static Finding JudgeCapability(bool avx512, bool avx2, string used)
    {
        var has = avx512 ? "AVX512" : avx2 ? "AVX2" : "neither AVX2 nor AVX512";
        var value = $"the CPU has {has}, LibTorch uses {used}";
        if (avx512 && !used.Contains("AVX512", StringComparison.OrdinalIgnoreCase))
            return new("CPU", value, FindingState.Note, "export ATEN_CPU_CAPABILITY=avx512");
        return new("CPU", value);
    }

    internal static Finding JudgeWaitPolicy(string? policy) =>
        string.Equals(policy, "passive", StringComparison.OrdinalIgnoreCase)
            ? new("OpenMP", "OMP_WAIT_POLICY=passive halves the speed of small operators", FindingState.Fault, "unset OMP_WAIT_POLICY")
            : new("OpenMP", policy is null ? "default wait policy" : $"OMP_WAIT_POLICY={policy}");
}
