#include "shim.h"

#include <atomic>
#include <memory>

#include <ATen/Functions.h>

namespace fd {
namespace {
std::atomic<int64_t> live{0};
}

void* Box(at::Tensor&& tensor) {
  auto* boxed = new at::Tensor(std::move(tensor));
  live.fetch_add(1, std::memory_order_relaxed);
  return boxed;
}

void Free(void* handle) {
  if (!handle) return;
  delete static_cast<at::Tensor*>(handle);
  live.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace fd

FD_API int64_t fd_live_tensors() { return fd::live.load(std::memory_order_relaxed); }

FD_API void fd_free(void* handle) { fd::Free(handle); }

FD_API void fd_free_many(void** handles, int64_t count) {
  for (int64_t i = 0; i < count; ++i) fd::Free(handles[i]);
}

FD_API void fd_free_list(void** list) { delete[] list; }

// out: dtype, device type, device index, requires grad, contiguous, numel, dims; then, where the buffer is larger than these
// seven, sizes..., strides...
FD_API int32_t fd_info(void* handle, int64_t* out, int32_t capacity) {
  constexpr int32_t kHead = 7;
  return fd::Guarded([&] {
    const auto& t = fd::Unbox(handle);
    const auto dims = t.dim();
    out[0] = static_cast<int64_t>(t.scalar_type());
    out[1] = static_cast<int64_t>(t.device().type());
    out[2] = t.device().index();
    out[3] = t.requires_grad();
    out[4] = t.is_contiguous();
    out[5] = t.numel();
    out[6] = dims;
    if (capacity <= kHead) return;
    TORCH_CHECK(kHead + 2 * dims <= capacity, "a tensor of ", dims, " dimensions does not fit the caller's buffer");
    for (int64_t i = 0; i < dims; ++i) {
      out[kHead + i] = t.size(i);
      out[kHead + dims + i] = t.stride(i);
    }
  });
}

namespace {
thread_local int64_t host_reads = 0;
}

// Reads of results by the host, counted per calling thread: on a device each is a wait for everything before it.
void fd::CountHostRead() { ++host_reads; }

FD_API int64_t fd_host_reads() { return host_reads; }

FD_API int32_t fd_read(void* handle, void** pointer) {
  fd::CountHostRead();
  return fd::Guarded([&] { *pointer = fd::Unbox(handle).data_ptr(); });
}

FD_API int32_t fd_data(void* handle, void** pointer) {
  return fd::Guarded([&] { *pointer = fd::Unbox(handle).data_ptr(); });
}

namespace {
// Runs the caller's release once, when its last copy goes: also when making the tensor fails or the memory is empty.
class Loan {
 public:
  Loan(void (*release)(void*), void* context) : release_(release), context_(context) {}
  ~Loan() {
    if (release_) release_(context_);
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;

 private:
  void (*release_)(void*);
  void* context_;
};
}  // namespace

// A view over memory the caller owns; `release(context)` runs exactly once: at the last reference, or at once on failure.
FD_API int32_t fd_from_blob(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void (*release)(void*), void* context, void** out) {
  return fd::Guarded([&] {
    auto loan = std::make_shared<Loan>(release, context);
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    *out = fd::Box(at::from_blob(data, at::IntArrayRef(sizes, dims), [loan](void*) {}, options));
  });
}

// Another handle on the same tensor.
FD_API int32_t fd_alias(void* handle, void** out) {
  return fd::Guarded([&] { *out = fd::Box(at::Tensor(fd::Unbox(handle))); });
}
