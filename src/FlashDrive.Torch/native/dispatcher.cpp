// One generic call that reaches every operator of LibTorch's dispatcher.
#include "shim.h"

#include <memory>
#include <sstream>
#include <type_traits>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

namespace {

// 1.13 has its own optional, 2.x takes std's: the element type is asked of the API instead of named.
using OptionalTensor = typename decltype(std::declval<const c10::IValue&>().toOptionalTensorVector())::value_type;

// A boxed `float` argument given as an integer is not widened by LibTorch.
bool WantsFloat(const c10::Argument& argument) {
  auto type = argument.type();
  if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
  return type->kind() == c10::TypeKind::FloatType;
}

c10::IValue ToIValue(const fd::Value& v, const c10::Argument& argument) {
  switch (v.tag) {
    case fd::kNone: return {};
    case fd::kTensor: return fd::Unbox(v.pointer);
    case fd::kInt: return WantsFloat(argument) ? c10::IValue(static_cast<double>(v.integer)) : c10::IValue(v.integer);
    case fd::kDouble: return v.number;
    case fd::kBool: return v.integer != 0;
    case fd::kIntList: {
      const auto* p = static_cast<const int64_t*>(v.pointer);
      return c10::IValue(std::vector<int64_t>(p, p + v.length));
    }
    case fd::kDoubleList: {
      const auto* p = static_cast<const double*>(v.pointer);
      return c10::IValue(std::vector<double>(p, p + v.length));
    }
    case fd::kBoolList: {
      const auto* p = static_cast<const int64_t*>(v.pointer);
      c10::List<bool> list;
      for (int64_t i = 0; i < v.length; ++i) list.push_back(p[i] != 0);
      return c10::IValue(std::move(list));
    }
    case fd::kTensorList: {
      auto* const* p = static_cast<void* const*>(v.pointer);
      c10::List<at::Tensor> list;
      list.reserve(v.length);
      for (int64_t i = 0; i < v.length; ++i) list.push_back(fd::Unbox(p[i]));
      return c10::IValue(std::move(list));
    }
    case fd::kOptionalTensorList: {
      auto* const* p = static_cast<void* const*>(v.pointer);
      c10::List<OptionalTensor> list;
      for (int64_t i = 0; i < v.length; ++i) list.push_back(p[i] ? OptionalTensor(fd::Unbox(p[i])) : OptionalTensor());
      return c10::IValue(std::move(list));
    }
    case fd::kString: return std::string(static_cast<const char*>(v.pointer), v.length);
    case fd::kDevice: return c10::Device(static_cast<c10::DeviceType>(v.auxiliary), static_cast<c10::DeviceIndex>(v.integer));
    case fd::kDefault: {
      const auto& fallback = argument.default_value();
      TORCH_CHECK_VALUE(static_cast<bool>(fallback), "argument '", argument.name(), "' has no default");
      return *fallback;
    }
    default: TORCH_CHECK_VALUE(false, "unknown argument tag ", v.tag);
  }
}

void FromIValue(c10::IValue&& value, fd::Value& out) {
  out = {};
  if (value.isTensor()) {
    at::Tensor t = std::move(value).toTensor();
    if (!t.defined()) return;  // kNone
    out.tag = fd::kTensor;
    out.pointer = fd::Box(std::move(t));
  } else if (value.isTensorList()) {
    auto list = value.toTensorVector();
    std::unique_ptr<void*[]> handles(new void*[list.size()]);
    for (size_t i = 0; i < list.size(); ++i) handles[i] = fd::Box(std::move(list[i]));
    out.tag = fd::kTensorList;
    out.length = static_cast<int64_t>(list.size());
    out.pointer = handles.release();
  } else if (value.isInt()) {
    fd::CountHostRead();
    out.tag = fd::kInt;
    out.integer = value.toInt();
  } else if (value.isDouble()) {
    fd::CountHostRead();
    out.tag = fd::kDouble;
    out.number = value.toDouble();
  } else if (value.isBool()) {
    fd::CountHostRead();
    out.tag = fd::kBool;
    out.integer = value.toBool();
  } else {
    TORCH_CHECK_TYPE(value.isNone(), "a result of type ", value.tagKind(), " is not supported");
  }
}

void FreeResult(const fd::Value& value) {
  if (value.tag == fd::kTensor) fd::Free(value.pointer);
  if (value.tag != fd::kTensorList) return;
  auto** handles = static_cast<void**>(value.pointer);
  for (int64_t i = 0; i < value.length; ++i) fd::Free(handles[i]);
  delete[] handles;
}

// The thread's spare stack, so that a call allocates none. Taken for the length of a call: a callee that calls back in on
// the same thread finds no spare and makes one. Whatever a throwing call left on it is let go here.
class BorrowedStack {
 public:
  BorrowedStack() { stack_.swap(Spare()); }
  ~BorrowedStack() {
    stack_.clear();
    stack_.swap(Spare());
  }
  BorrowedStack(const BorrowedStack&) = delete;
  BorrowedStack& operator=(const BorrowedStack&) = delete;
  torch::jit::Stack& operator*() { return stack_; }

 private:
  static torch::jit::Stack& Spare() {
    thread_local torch::jit::Stack spare;
    return spare;
  }
  torch::jit::Stack stack_;
};

}  // namespace

FD_API int32_t fd_find(const char* name, const char* overload, void** out) {
  return fd::Guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    *out = found ? new c10::OperatorHandle(*found) : nullptr;
  });
}

FD_API int32_t fd_schema(void* op, char* buffer, int32_t capacity) {
  return fd::Guarded([&] {
    std::ostringstream text;
    text << static_cast<c10::OperatorHandle*>(op)->schema();
    auto s = text.str().substr(0, capacity - 1);
    s.copy(buffer, s.size());
    buffer[s.size()] = '\0';
  });
}

FD_API int32_t fd_call(void* op, const fd::Value* arguments, int32_t count, fd::Value* results, int32_t capacity, int32_t* produced) {
  *produced = 0;
  const int32_t error = fd::Guarded([&] {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& schema = handle.schema();
    const auto& parameters = schema.arguments();
    TORCH_CHECK_VALUE(static_cast<size_t>(count) <= parameters.size(), "takes ", parameters.size(), " arguments, got ", count);
    BorrowedStack borrowed;
    auto& stack = *borrowed;
    stack.reserve(parameters.size() + 4);
    for (int32_t i = 0; i < count; ++i) stack.push_back(ToIValue(arguments[i], parameters[i]));
    for (size_t i = count; i < parameters.size(); ++i) {
      const auto& fallback = parameters[i].default_value();
      TORCH_CHECK_VALUE(static_cast<bool>(fallback), "argument '", parameters[i].name(), "' is missing and has no default");
      stack.push_back(*fallback);
    }
    handle.callBoxed(&stack);
    TORCH_CHECK_VALUE(stack.size() <= static_cast<size_t>(capacity), "returns ", stack.size(), " values, room for ", capacity);
    for (auto& value : stack) {
      FromIValue(std::move(value), results[*produced]);
      ++*produced;
    }
  });
  if (error != fd::kOk) {
    for (int32_t i = 0; i < *produced; ++i) FreeResult(results[i]);
    *produced = 0;
  }
  return error;
}

FD_API void fd_free_result(const fd::Value* value) { FreeResult(*value); }
