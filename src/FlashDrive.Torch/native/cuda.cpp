// Devices, streams and events of CUDA. Without a CUDA LibTorch every export answers NotImplemented, so that C# binds the same
// names everywhere. The pool of streams is LibTorch's: a stream's tensors come from the caching allocator's pool of that stream.
#include "shim.h"

#ifdef FLASHDRIVE_CUDA

#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace {
c10::cuda::CUDAStream& Stream(void* handle) { return *static_cast<c10::cuda::CUDAStream*>(handle); }
at::cuda::CUDAEvent& Event(void* handle) { return *static_cast<at::cuda::CUDAEvent*>(handle); }
}  // namespace

FD_API int32_t fd_cuda_device_count(int32_t* out) {
  return fd::Guarded([&] { *out = static_cast<int32_t>(c10::cuda::device_count()); });
}

FD_API int32_t fd_cuda_device_name(int32_t device, char* buffer, int32_t capacity) {
  return fd::Guarded([&] {
    const std::string name = at::cuda::getDeviceProperties(device)->name;
    const auto length = name.copy(buffer, capacity - 1);
    buffer[length] = '\0';
  });
}

FD_API int32_t fd_cuda_memory(int32_t device, int64_t* free_bytes, int64_t* total_bytes) {
  return fd::Guarded([&] {
    c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
    size_t free_now = 0, total = 0;
    C10_CUDA_CHECK(cudaMemGetInfo(&free_now, &total));
    *free_bytes = static_cast<int64_t>(free_now);
    *total_bytes = static_cast<int64_t>(total);
  });
}

FD_API int32_t fd_cuda_synchronize(int32_t device) {
  return fd::Guarded([&] {
    c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
    C10_CUDA_CHECK(cudaDeviceSynchronize());
  });
}

FD_API int32_t fd_cuda_stream_new(int32_t device, int32_t high_priority, void** out) {
  return fd::Guarded([&] {
    *out = new c10::cuda::CUDAStream(c10::cuda::getStreamFromPool(high_priority != 0, static_cast<c10::DeviceIndex>(device)));
  });
}

FD_API int32_t fd_cuda_stream_current(int32_t device, void** out) {
  return fd::Guarded([&] { *out = new c10::cuda::CUDAStream(c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device))); });
}

FD_API void fd_cuda_stream_free(void* stream) { delete static_cast<c10::cuda::CUDAStream*>(stream); }

// The thread's current stream of the stream's device; `before`, when asked for, receives the one it replaces.
FD_API int32_t fd_cuda_stream_set(void* stream, void** before) {
  return fd::Guarded([&] {
    if (before) *before = new c10::cuda::CUDAStream(c10::cuda::getCurrentCUDAStream(Stream(stream).device_index()));
    c10::cuda::setCurrentCUDAStream(Stream(stream));
  });
}

FD_API int32_t fd_cuda_stream_synchronize(void* stream) {
  return fd::Guarded([&] { Stream(stream).synchronize(); });
}

FD_API int32_t fd_cuda_event_new(int32_t timing, void** out) {
  return fd::Guarded([&] { *out = new at::cuda::CUDAEvent(timing ? cudaEventDefault : cudaEventDisableTiming); });
}

FD_API void fd_cuda_event_free(void* event) { delete static_cast<at::cuda::CUDAEvent*>(event); }

FD_API int32_t fd_cuda_event_record(void* event, void* stream) {
  return fd::Guarded([&] { Event(event).record(Stream(stream)); });
}

// The stream waits on the device; the calling thread does not.
FD_API int32_t fd_cuda_event_block(void* event, void* stream) {
  return fd::Guarded([&] { Event(event).block(Stream(stream)); });
}

FD_API int32_t fd_cuda_event_synchronize(void* event) {
  return fd::Guarded([&] { Event(event).synchronize(); });
}

FD_API int32_t fd_cuda_event_query(void* event, int32_t* done) {
  return fd::Guarded([&] { *done = Event(event).query(); });
}

FD_API int32_t fd_cuda_event_elapsed(void* begin, void* end, double* milliseconds) {
  return fd::Guarded([&] { *milliseconds = Event(begin).elapsed_time(Event(end)); });
}

// Tells the caching allocator that another stream uses the tensor's memory, so that freeing it waits for that stream.
FD_API int32_t fd_cuda_record_stream(void* tensor, void* stream) {
  return fd::Guarded([&] { fd::Unbox(tensor).record_stream(Stream(stream).unwrap()); });
}

#else

namespace {
int32_t Missing() { return fd::Fail(fd::kNotImplemented, "the LibTorch found has no CUDA; build the native library against one that has"); }
}  // namespace

FD_API int32_t fd_cuda_device_count(int32_t* out) {
  *out = 0;
  return fd::kOk;
}
FD_API int32_t fd_cuda_device_name(int32_t, char*, int32_t) { return Missing(); }
FD_API int32_t fd_cuda_memory(int32_t, int64_t*, int64_t*) { return Missing(); }
FD_API int32_t fd_cuda_synchronize(int32_t) { return Missing(); }
FD_API int32_t fd_cuda_stream_new(int32_t, int32_t, void**) { return Missing(); }
FD_API int32_t fd_cuda_stream_current(int32_t, void**) { return Missing(); }
FD_API void fd_cuda_stream_free(void*) {}
FD_API int32_t fd_cuda_stream_set(void*, void**) { return Missing(); }
FD_API int32_t fd_cuda_stream_synchronize(void*) { return Missing(); }
FD_API int32_t fd_cuda_event_new(int32_t, void**) { return Missing(); }
FD_API void fd_cuda_event_free(void*) {}
FD_API int32_t fd_cuda_event_record(void*, void*) { return Missing(); }
FD_API int32_t fd_cuda_event_block(void*, void*) { return Missing(); }
FD_API int32_t fd_cuda_event_synchronize(void*) { return Missing(); }
FD_API int32_t fd_cuda_event_query(void*, int32_t*) { return Missing(); }
FD_API int32_t fd_cuda_event_elapsed(void*, void*, double*) { return Missing(); }
FD_API int32_t fd_cuda_record_stream(void*, void*) { return Missing(); }

#endif
