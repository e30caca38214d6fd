// C ABI between C# and LibTorch. Whatever can fail returns an error kind (0 = fine), with the text in fd_last_error(), and no
// C++ exception crosses the boundary; functions that return something else cannot throw.
// Only ATen's tensor, dispatcher and autograd headers are included, so that any LibTorch from 1.13 on compiles.
#pragma once
#include <cstdint>
#include <exception>
#include <string>

#include <ATen/Tensor.h>

#define FD_API extern "C" __attribute__((visibility("default")))

namespace fd {

enum ErrorKind : int32_t {
  kOk = 0, kError = 1, kIndex = 2, kType = 3, kValue = 4, kNotImplemented = 5, kMissingOperator = 6, kOutOfMemory = 7,
};

enum Tag : int32_t {
  kNone = 0, kTensor = 1, kInt = 2, kDouble = 3, kBool = 4, kIntList = 5, kDoubleList = 6, kBoolList = 7,
  kTensorList = 8, kOptionalTensorList = 9, kString = 10, kDevice = 11, kDefault = 12,
};

// 24 bytes, blittable. Lists and strings point into the caller's stack; a device is (type = auxiliary, index = integer).
struct Value {
  int32_t tag;
  int32_t auxiliary;
  int64_t length;
  union {
    int64_t integer;
    double number;
    void* pointer;
  };
};
static_assert(sizeof(Value) == 24, "C# mirrors this layout");

int32_t Fail(ErrorKind kind, const std::string& text);
int32_t FailWith(const std::exception& e);

void CountHostRead();  // the host looks at a result

void* Box(at::Tensor&& tensor);  // moves a tensor to the heap and counts it
void Free(void* handle);
inline at::Tensor& Unbox(void* handle) { return *static_cast<at::Tensor*>(handle); }

template <typename F>
int32_t Guarded(F&& body) {
  try {
    body();
    return kOk;
  } catch (const std::exception& e) {
    return FailWith(e);
  } catch (...) {
    return Fail(kError, "unknown native exception");
  }
}

}  // namespace fd
