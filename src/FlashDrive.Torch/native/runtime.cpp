#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#ifdef _OPENMP
#include <omp.h>
#endif

// The OpenMP setting is per calling thread, so each thread that calls LibTorch sets its own.
FD_API int32_t fd_set_num_threads(int32_t count) {
  return fd::Guarded([&] { at::set_num_threads(count); });
}

FD_API int32_t fd_num_threads() { return at::get_num_threads(); }

FD_API int32_t fd_manual_seed(uint64_t seed) {
  return fd::Guarded([&] {
    auto generator = at::globalContext().defaultGenerator(at::kCPU);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
  });
}

// A generator of one's own: fills a float32/float64 CPU tensor with standard normals or uniforms in [0, 1).
FD_API int32_t fd_generator_new(uint64_t seed, void** out) {
  return fd::Guarded([&] { *out = new at::Generator(at::detail::createCPUGenerator(seed)); });
}

FD_API void fd_generator_free(void* generator) { delete static_cast<at::Generator*>(generator); }

FD_API int32_t fd_fill_normal(void* handle, void* generator) {
  return fd::Guarded([&] { fd::Unbox(handle).normal_(0, 1, *static_cast<at::Generator*>(generator)); });
}

FD_API int32_t fd_fill_uniform(void* handle, void* generator) {
  return fd::Guarded([&] { fd::Unbox(handle).uniform_(0, 1, *static_cast<at::Generator*>(generator)); });
}

FD_API const char* fd_version() { return TORCH_VERSION; }

// "DEFAULT", "AVX2", "AVX512": what ATen's vectorised kernels use in this process.
FD_API const char* fd_cpu_capability() {
  static const std::string value = [] {
    auto text = at::get_parallel_info();
    (void)text;
    auto config = at::show_config();
    auto at_position = config.find("CPU capability usage: ");
    if (at_position == std::string::npos) return std::string("unknown");
    auto begin = at_position + 22;
    return config.substr(begin, config.find('\n', begin) - begin);
  }();
  return value.c_str();
}

FD_API const char* fd_show_config() {
  static const std::string value = at::show_config();
  return value.c_str();
}

FD_API int32_t fd_has_cuda() { return at::globalContext().hasCUDA(); }
