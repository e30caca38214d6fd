#include "shim.h"

#include <new>

#include <c10/util/Exception.h>

namespace fd {
namespace {
thread_local std::string last_error;
}

int32_t Fail(ErrorKind kind, const std::string& text) {
  last_error = text;
  return kind;
}

int32_t FailWith(const std::exception& e) {
  if (dynamic_cast<const std::bad_alloc*>(&e)) return Fail(kOutOfMemory, "out of memory");
  const auto* error = dynamic_cast<const c10::Error*>(&e);
  if (!error) return Fail(kError, e.what());
  ErrorKind kind = kError;
  if (dynamic_cast<const c10::IndexError*>(&e)) kind = kIndex;
  else if (dynamic_cast<const c10::TypeError*>(&e)) kind = kType;
  else if (dynamic_cast<const c10::ValueError*>(&e)) kind = kValue;
  else if (dynamic_cast<const c10::NotImplementedError*>(&e)) kind = kNotImplemented;
  std::string text = error->what_without_backtrace();
  // LibTorch's allocators have no exception class that all its versions share.
  for (const char* sign : {"allocate memory", "not enough memory", "out of memory"})
    if (text.find(sign) != std::string::npos) kind = kOutOfMemory;
  return Fail(kind, text);
}

}  // namespace fd

FD_API const char* fd_last_error() { return fd::last_error.c_str(); }
