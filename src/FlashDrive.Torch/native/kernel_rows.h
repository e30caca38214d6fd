// Row-wise parts of a decoder layer: norms, and what stands between the joint projection and attention.
#pragma once

#include <cmath>

#include "kernel_vector.h"
#include "kernels.h"

namespace fd::kernel {

// Of the squares of x - shift; whole vectors first, then what is left.
template <int W>
FD_INLINE float SumOfSquares(const float* x, int64_t width, float shift) {
  Floats<W> sum{};
  int64_t i = 0;
  for (; i + W <= width; i += W) {
    const Floats<W> v = Load<W>(x + i) - shift;
    sum += v * v;
  }
  float total = Sum<W>(sum);
  for (; i < width; ++i) total += (x[i] - shift) * (x[i] - shift);
  return total;
}

template <int W>
FD_INLINE float SumOf(const float* x, int64_t width) {
  Floats<W> sum{};
  int64_t i = 0;
  for (; i + W <= width; i += W) sum += Load<W>(x + i);
  float total = Sum<W>(sum);
  for (; i < width; ++i) total += x[i];
  return total;
}

template <int W>
struct NormKernel {
  static FD_INLINE void Run(const Norm* n, int64_t begin, int64_t end) {
    const float width = static_cast<float>(n->width);
    for (int64_t row = begin; row < end; ++row) {
      const float* x = n->x + row * n->x_row;
      float* y = n->y + row * n->y_row;
      const float mean = n->bias ? SumOf<W>(x, n->width) / width : 0.0f;
      const float scale = 1 / std::sqrt(SumOfSquares<W>(x, n->width, mean) / width + n->epsilon);
      int64_t i = 0;
      for (; i + W <= n->width; i += W) {
        Floats<W> v = (Load<W>(x + i) - mean) * scale * Load<W>(n->weight + i);
        if (n->bias) v += Load<W>(n->bias + i);
        Store<W>(y + i, v);
      }
      for (; i < n->width; ++i) y[i] = (x[i] - mean) * scale * n->weight[i] + (n->bias ? n->bias[i] : 0.0f);
    }
  }
};

template <int W>
struct HeadsKernel {
  static constexpr int64_t kMostHeadDim = 512;

  static FD_INLINE void Run(const Heads* h, int64_t begin, int64_t end) {
    const int64_t d = h->d;
    alignas(64) float normed[kMostHeadDim];
    for (int64_t row = begin; row < end; ++row) {
      const float* qkv = h->qkv + row * h->qkv_row;
      const float *cos = h->cos + row * d, *sin = h->sin + row * d;
      const int64_t slot = h->slots ? h->slots[row] : row, query = row - h->query_from;
      for (int64_t g = 0; g < h->kv; ++g) {
        for (int64_t j = 0; query >= 0 && j < h->group; ++j) {
          Normalise(qkv + (g * h->group + j) * d, h->q_norm, d, h->epsilon, normed);
          Rotate(normed, cos, sin, d, h->scale, h->q + ((g * h->query_rows + query) * h->group + j) * h->d16);
        }
        Normalise(qkv + h->k_at + g * d, h->k_norm, d, h->epsilon, normed);
        Rotate(normed, cos, sin, d, 1.0f, h->k + g * h->k_head + slot * h->k_row);
        const float* v = qkv + h->v_at + g * d;
        __builtin_memcpy(h->v + g * h->v_head + slot * h->v_row, v, d * sizeof(float));
        if (h->kept_k) {
          __builtin_memcpy(h->kept_k + g * h->kept_head + row * d, normed, d * sizeof(float));
          __builtin_memcpy(h->kept_v + g * h->kept_head + row * d, v, d * sizeof(float));
        }
      }
    }
  }

 private:
  static FD_INLINE void Normalise(const float* __restrict x, const float* __restrict weight, int64_t d, float epsilon, float* __restrict y) {
    if (!weight) {
      __builtin_memcpy(y, x, d * sizeof(float));
      return;
    }
    const float scale = 1 / std::sqrt(SumOfSquares<W>(x, d, 0.0f) / static_cast<float>(d) + epsilon);
#pragma omp simd
    for (int64_t i = 0; i < d; ++i) y[i] = x[i] * scale * weight[i];
  }

  static FD_INLINE void Rotate(const float* __restrict x, const float* __restrict cos, const float* __restrict sin, int64_t d, float scale,
                               float* __restrict y) {
    const int64_t half = d / 2;
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      const float a = x[i], b = x[i + half];
      y[i] = (a * cos[i] - b * sin[i]) * scale;
      y[i + half] = (b * cos[i + half] + a * sin[i + half]) * scale;
    }
  }
};

}  // namespace fd::kernel
