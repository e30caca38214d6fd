#include "shim.h"

#include <atomic>

#include <ATen/Functions.h>

namespace fd {
namespace {
std::atomic<int64_t> live{0};
}

void* Box(at::Tensor&& tensor) {
  live.fetch_add(1, std::memory_order_relaxed);
  return new at::Tensor(std::move(tensor));
}

}  // namespace fd

FD_API int64_t fd_live_tensors() { return fd::live.load(std::memory_order_relaxed); }

FD_API void fd_free(void* handle) {
  if (!handle) return;
  delete static_cast<at::Tensor*>(handle);
  fd::live.fetch_sub(1, std::memory_order_relaxed);
}

FD_API void fd_free_many(void** handles, int64_t count) {
  for (int64_t i = 0; i < count; ++i) fd_free(handles[i]);
}

FD_API void fd_free_list(void** list) { delete[] list; }

// out: dtype, device type, device index, requires grad, contiguous, numel, dims, sizes..., strides...
FD_API int32_t fd_info(void* handle, int64_t* out, int32_t capacity) {
  return fd::Guarded([&] {
    const auto& t = fd::Unbox(handle);
    const auto dims = t.dim();
    TORCH_CHECK(7 + 2 * dims <= capacity, "a tensor of ", dims, " dimensions does not fit the caller's buffer");
    out[0] = static_cast<int64_t>(t.scalar_type());
    out[1] = static_cast<int64_t>(t.device().type());
    out[2] = t.device().index();
    out[3] = t.requires_grad();
    out[4] = t.is_contiguous();
    out[5] = t.numel();
    out[6] = dims;
    for (int64_t i = 0; i < dims; ++i) {
      out[7 + i] = t.size(i);
      out[7 + dims + i] = t.stride(i);
    }
  });
}

FD_API int32_t fd_data(void* handle, void** pointer) {
  return fd::Guarded([&] { *pointer = fd::Unbox(handle).data_ptr(); });
}

// A view over memory the caller owns; `release(context)` runs once, at the last reference.
FD_API int32_t fd_from_blob(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void (*release)(void*), void* context, void** out) {
  return fd::Guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    auto deleter = [release, context](void*) { if (release) release(context); };
    *out = fd::Box(at::from_blob(data, at::IntArrayRef(sizes, dims), deleter, options));
  });
}

// Another handle on the same tensor.
FD_API void* fd_alias(void* handle) { return fd::Box(at::Tensor(fd::Unbox(handle))); }
