// What the fused differentiable operators share. Each has a fast path for float32 CPU tensors and is composed of LibTorch's own
// operators otherwise (float64, bfloat16, another device), where autograd differentiates the composition.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "multiversion.h"

namespace fd {

inline bool IsFast(std::initializer_list<at::Tensor> tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat; });
}

inline bool NeedsGraph(std::initializer_list<at::Tensor> tensors) {
  return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) { return t.requires_grad(); });
}

// A kernel's result carries no graph, so a derivative of it would silently be zero.
inline void RefuseSecondDerivative(const char* name) {
  TORCH_CHECK_NOT_IMPLEMENTED(!at::GradMode::is_enabled(), name, " has a first derivative only; call backward without create_graph");
}

// The differentiable operators, for use inside others.
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon);
at::Tensor Rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);
at::Tensor Swiglu(const at::Tensor& gate, const at::Tensor& up);

// Dense rows of one width, each with its row of the tables; the bits are Rotary's.
void RotateRows(const float* x, const float* cos, const float* sin, float* y, int64_t rows, int64_t width);

// Rows of `width` elements per task, so that small tensors stay on the calling thread.
inline int64_t Grain(int64_t width) { return std::max<int64_t>(1, 32768 / std::max<int64_t>(width, 1)); }

}  // namespace fd
