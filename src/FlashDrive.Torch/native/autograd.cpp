#include "shim.h"

#include <vector>

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

FD_API int32_t fd_set_requires_grad(void* handle, int32_t value) {
  return fd::Guarded([&] { fd::Unbox(handle).set_requires_grad(value != 0); });
}

FD_API int32_t fd_backward(void* handle, void* gradient) {
  return fd::Guarded([&] {
    std::vector<at::Tensor> roots{fd::Unbox(handle)};
    std::vector<at::Tensor> seeds;
    if (gradient) seeds.push_back(fd::Unbox(gradient));
    torch::autograd::backward(roots, seeds);
  });
}

FD_API int32_t fd_grad_of(void* handle, void** out) {
  return fd::Guarded([&] {
    const auto& g = fd::Unbox(handle).grad();
    *out = g.defined() ? fd::Box(at::Tensor(g)) : nullptr;
  });
}

FD_API int32_t fd_set_grad_of(void* handle, void* gradient) {
  return fd::Guarded([&] { fd::Unbox(handle).mutable_grad() = gradient ? fd::Unbox(gradient) : at::Tensor(); });
}

// Gradients of one scalar with respect to many leaves, without touching their .grad: several threads may share the leaves.
FD_API int32_t fd_gradients(void* output, void** inputs, int64_t count, void** out) {
  return fd::Guarded([&] {
    std::vector<at::Tensor> leaves;
    leaves.reserve(count);
    for (int64_t i = 0; i < count; ++i) leaves.push_back(fd::Unbox(inputs[i]));
    auto gradients = torch::autograd::grad({fd::Unbox(output)}, leaves, {}, {}, false, /*allow_unused=*/true);
    for (int64_t i = 0; i < count; ++i) out[i] = gradients[i].defined() ? fd::Box(std::move(gradients[i])) : nullptr;
  });
}

FD_API int32_t fd_grad_enabled() { return at::GradMode::is_enabled(); }

FD_API void fd_set_grad_enabled(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

// The guard must be deleted on the thread that made it, in reverse order: C# holds it in a scope.
FD_API int32_t fd_inference_enter(void** out) {
  return fd::Guarded([&] { *out = new c10::InferenceMode(true); });
}

FD_API void fd_inference_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }
