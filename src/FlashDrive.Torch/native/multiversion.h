// A kernel is written once, as loops the compiler vectorises, and compiled for AVX-512, for AVX2 with FMA, and for the baseline;
// the one that suits the CPU is chosen at run time. A kernel is a struct with a static FD_INLINE Run.
#pragma once

#define FD_INLINE inline __attribute__((always_inline))

namespace fd {

enum class CpuLevel { kBaseline, kAvx2, kAvx512 };

inline CpuLevel DetectCpuLevel() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
    return CpuLevel::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CpuLevel::kAvx2;
#endif
  return CpuLevel::kBaseline;
}

inline CpuLevel CurrentCpuLevel() {
  static const CpuLevel level = DetectCpuLevel();
  return level;
}

#if defined(__x86_64__)
template <typename Kernel, typename... Arguments>
__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"), noinline)) auto RunAvx512(Arguments... arguments) {
  return Kernel::Run(arguments...);
}

template <typename Kernel, typename... Arguments>
__attribute__((target("avx2,fma"), noinline)) auto RunAvx2(Arguments... arguments) {
  return Kernel::Run(arguments...);
}
#endif

template <typename Kernel, typename... Arguments>
auto Run(Arguments... arguments) {
#if defined(__x86_64__)
  switch (CurrentCpuLevel()) {
    case CpuLevel::kAvx512: return RunAvx512<Kernel>(arguments...);
    case CpuLevel::kAvx2: return RunAvx2<Kernel>(arguments...);
    case CpuLevel::kBaseline: break;
  }
#endif
  return Kernel::Run(arguments...);
}

}  // namespace fd
