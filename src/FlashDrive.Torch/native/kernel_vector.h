// Vectors of W floats for the decoder-stack kernels: GCC's vector extension, compiled once per CPU level (W = 16, 8, 4). Everything
// here works lane by lane or folds lanes in a fixed order, so that a row's bits depend on the row alone.
#pragma once

#include <cstdint>
#include <utility>

#include "multiversion.h"

namespace fd::kernel {

template <int W>
struct Lanes {
  typedef float F __attribute__((vector_size(W * 4)));
  typedef int32_t I __attribute__((vector_size(W * 4)));
};
template <int W>
using Floats = typename Lanes<W>::F;

template <int W>
FD_INLINE Floats<W> Load(const float* p) {
  Floats<W> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <int W>
FD_INLINE void Store(float* p, const Floats<W>& v) {
  __builtin_memcpy(p, &v, sizeof v);
}

template <int W>
FD_INLINE Floats<W> Splat(float x) {
  return Floats<W>{} + x;
}

// exp, two units in the last place: 2^n exp(r) with |r| <= ln 2 / 2 and a polynomial for exp(r) (the coefficients are Cephes' expf's).
// Clamped to where the result is normal; NaN stays NaN.
template <int W>
FD_INLINE Floats<W> Exp(Floats<W> x) {
  using F = Floats<W>;
  using I = typename Lanes<W>::I;
  x = x > 88.0f ? Splat<W>(88.0f) : x;
  x = x < -87.0f ? Splat<W>(-87.0f) : x;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
  const F shifted = x * 1.44269504f + kRound;
  const F n = shifted - kRound;
  F r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  F p = Splat<W>(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const F square = r * r;
  p = p * square + r;
  p = p + 1.0f;
  return reinterpret_cast<F>(reinterpret_cast<I>(p) + (reinterpret_cast<I>(shifted) << 23));
}

template <int W>
FD_INLINE Floats<W> Silu(Floats<W> x) {
  return x / (1.0f + Exp<W>(-x));
}

// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
template <int W>
FD_INLINE Floats<W> GeluTanh(Floats<W> x) {
  const Floats<W> cube = x * x * x;
  const Floats<W> u = (cube * 0.044715f + x) * 0.7978845608f;
  const Floats<W> e = Exp<W>(u * 2.0f);
  return x * (1.0f - 1.0f / (e + 1.0f));
}

// 0.5 x (1 + erf(x / sqrt 2)), erf by Abramowitz and Stegun 7.1.26 (absolute error below 2e-7).
template <int W>
FD_INLINE Floats<W> GeluErf(Floats<W> x) {
  using F = Floats<W>;
  const F a = (x < 0.0f ? -x : x) * 0.70710678118f;
  const F t = 1.0f / (a * 0.3275911f + 1.0f);
  F p = Splat<W>(1.061405429f);
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const F tail = p * t * Exp<W>(-(a * a));  // 1 - erf(a)
  return x < 0.0f ? x * 0.5f * tail : x - x * 0.5f * tail;
}

template <int W, int B, int... L>
FD_INLINE Floats<W> SwapLanes(Floats<W> v, std::integer_sequence<int, L...>) {
  return __builtin_shufflevector(v, v, (L ^ B)...);
}

template <int W, int B = W / 2>
FD_INLINE float Sum(Floats<W> v) {
  if constexpr (B == 0) {
    return v[0];
  } else {
    return Sum<W, B / 2>(v + SwapLanes<W, B>(v, std::make_integer_sequence<int, W>{}));
  }
}

template <int W, int B = W / 2>
FD_INLINE float Max(Floats<W> v) {
  if constexpr (B == 0) {
    return v[0];
  } else {
    const Floats<W> other = SwapLanes<W, B>(v, std::make_integer_sequence<int, W>{});
    return Max<W, B / 2>(v > other ? v : other);
  }
}

template <int W, int B, int... L>
FD_INLINE void TransposeStep(Floats<W>* r, std::integer_sequence<int, L...>) {
#pragma GCC unroll 16
  for (int i = 0; i < W; ++i) {
    if (i & B) continue;
    const Floats<W> a = r[i], b = r[i | B];
    r[i] = __builtin_shufflevector(a, b, ((L & B) ? W + (L ^ B) : L)...);
    r[i | B] = __builtin_shufflevector(a, b, ((L & B) ? W + L : (L | B))...);
  }
}

// Rows and lanes of a W x W block change places.
template <int W, int B = 1>
FD_INLINE void Transpose(Floats<W>* r) {
  if constexpr (B < W) {
    TransposeStep<W, B>(r, std::make_integer_sequence<int, W>{});
    Transpose<W, 2 * B>(r);
  }
}

}  // namespace fd::kernel
