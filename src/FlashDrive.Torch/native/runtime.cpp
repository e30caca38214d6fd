#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

// The OpenMP setting is per calling thread, so each thread that calls LibTorch sets its own. A thread's first parallel operator
// would otherwise overwrite it with whatever any thread set last (ATen's lazy initialisation); asking first gets that over with.
FD_API int32_t fd_set_num_threads(int32_t count) {
  return fd::Guarded([&] {
    at::get_num_threads();
    at::set_num_threads(count);
  });
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

// Raised with every change of this C ABI; C# refuses a library built from other sources.
FD_API int32_t fd_abi() { return 4; }

FD_API const char* fd_version() { return TORCH_VERSION; }

namespace {
const std::string& Configuration() {
  static const std::string text = [] {
    try {
      return at::show_config();
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
  }();
  return text;
}
}  // namespace

FD_API const char* fd_show_config() { return Configuration().c_str(); }

// "DEFAULT", "AVX2", "AVX512": what ATen's vectorised kernels use in this process. Only the text of 1.13's configuration tells.
FD_API const char* fd_cpu_capability() {
  static const std::string value = [] {
    const std::string label = "CPU capability usage: ";
    const auto& text = Configuration();
    const auto at = text.find(label);
    if (at == std::string::npos) return std::string("unknown");
    const auto begin = at + label.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  }();
  return value.c_str();
}

FD_API int32_t fd_has_cuda() { return at::hasCUDA(); }
