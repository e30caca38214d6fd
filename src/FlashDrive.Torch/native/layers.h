// What the operators for parts of transformer layers share. They are chains of LibTorch's operators and of the fused kernels in a
// fixed order, called from C++ because a call from C# costs as much as a small operator; autograd differentiates the chain.
#pragma once

#include <utility>

#include <ATen/core/ivalue.h>

#include "fused.h"

namespace fd {

// 1.13 has its own optional, 2.x takes std's: the type is asked of the API instead of named.
using OptionalTensor = typename decltype(std::declval<const c10::IValue&>().toOptionalTensorVector())::value_type;

inline at::Tensor Cast(const at::Tensor& x, at::ScalarType type) { return x.scalar_type() == type ? x : x.to(type); }

// x weight^T + bias in the weight's type.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias = {});

// Computed and returned in float32.
inline at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  return at::layer_norm(Cast(x, at::kFloat), {x.size(-1)}, Cast(weight, at::kFloat), Cast(bias, at::kFloat), epsilon, false);
}

// x [.., rows, heads, width], tables [rows, width] or [batch, rows, width].
inline at::Tensor Rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) { return Rotary(x, cos.unsqueeze(-2), sin.unsqueeze(-2)); }

// Plain softmax attention with grouped key/value heads: q [batch, rows, heads, width], k and v [batch, kv heads, keys, width] ->
// [batch, rows, heads width].
at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const OptionalTensor& mask);

}  // namespace fd
