// One generic call that reaches every operator of LibTorch's dispatcher.
#include "shim.h"

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
    auto** handles = new void*[list.size()];
    for (size_t i = 0; i < list.size(); ++i) handles[i] = fd::Box(std::move(list[i]));
    out.tag = fd::kTensorList;
    out.length = static_cast<int64_t>(list.size());
    out.pointer = handles;
  } else if (value.isInt()) {
    out.tag = fd::kInt;
    out.integer = value.toInt();
  } else if (value.isDouble()) {
    out.tag = fd::kDouble;
    out.number = value.toDouble();
  } else if (value.isBool()) {
    out.tag = fd::kBool;
    out.integer = value.toBool();
  } else {
    TORCH_CHECK_TYPE(value.isNone(), "a result of type ", value.tagKind(), " is not supported");
  }
}

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
  return fd::Guarded([&] {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& schema = handle.schema();
    const auto& parameters = schema.arguments();
    TORCH_CHECK_VALUE(static_cast<size_t>(count) <= parameters.size(), "takes ", parameters.size(), " arguments, got ", count);
    // Kept between calls so that a call allocates no stack of its own; emptied even when the operator throws.
    thread_local torch::jit::Stack stack;
    stack.clear();
    stack.reserve(parameters.size() + 4);
    for (int32_t i = 0; i < count; ++i) stack.push_back(ToIValue(arguments[i], parameters[i]));
    for (size_t i = count; i < parameters.size(); ++i) {
      const auto& fallback = parameters[i].default_value();
      TORCH_CHECK_VALUE(static_cast<bool>(fallback), "argument '", parameters[i].name(), "' is missing and has no default");
      stack.push_back(*fallback);
    }
    // Moved out: a callee that re-enters fd_call on this thread (autograd hooks) must find a stack of its own.
    torch::jit::Stack own = std::move(stack);
    handle.callBoxed(&own);
    TORCH_CHECK_VALUE(own.size() <= static_cast<size_t>(capacity), "returns ", own.size(), " values, room for ", capacity);
    for (auto& value : own) FromIValue(std::move(value), results[(*produced)++]);
    own.clear();
    stack = std::move(own);
  });
}
