// Plain softmax attention for a tile of query rows at a time. Scores are products with transposed keys, the mixture a product with
// the values, both by the tiles of kernel_product.h: per element one chain over ascending dimensions or keys.
#pragma once

#include "kernel_product.h"

namespace fd::kernel {

// [length, d] -> [ceil(length / 16), d, 16]; columns behind the length are zero.
template <int W>
struct TransposeKernel {
  static FD_INLINE void Run(const float* k, int64_t k_row, int64_t length, int64_t d, float* tiles) {
    for (int64_t key = 0; key < length; key += kPanel, tiles += d * kPanel) {
      if (length - key < kPanel || d % W) {
        for (int64_t i = 0; i < d; ++i)
          for (int64_t j = 0; j < kPanel; ++j) tiles[i * kPanel + j] = key + j < length ? k[(key + j) * k_row + i] : 0.0f;
        continue;
      }
      for (int64_t part = 0; part < kPanel; part += W)
        for (int64_t i = 0; i < d; i += W) {
          Floats<W> r[W];
#pragma GCC unroll 16
          for (int j = 0; j < W; ++j) r[j] = Load<W>(k + (key + part + j) * k_row + i);
          Transpose<W>(r);
#pragma GCC unroll 16
          for (int j = 0; j < W; ++j) Store<W>(tiles + (i + j) * kPanel + part, r[j]);
        }
    }
  }
};

template <int W>
struct AttentionKernel {
  static FD_INLINE void Run(const Attention* a) {
    constexpr int64_t R = kTileRows<W>;
    const int64_t queries = a->rows * a->group;
    float* mixed = a->scores + kMostTileRows * a->scores_row;
    for (int64_t begin = 0; begin < queries; begin += R) {
      const int64_t rows = queries - begin < R ? queries - begin : R;
      const float* q = a->q + begin * a->d16;
      int64_t at = 0;
      for (int64_t run = 0; run < a->count; ++run) {
        Score(a, q, rows, a->runs[run].tiles, Readable(a, run, begin + rows - 1), a->scores + at);
        at += Padded(a->runs[run].length);
      }
      float scale[R];
      for (int64_t r = 0; r < rows; ++r) scale[r] = Softmax(a, a->scores + r * a->scores_row, begin + r);
      for (int64_t i = 0; i < rows * a->d16; ++i) mixed[i] = 0;
      at = 0;
      for (int64_t run = 0; run < a->count; ++run) {
        Mix(a, run, begin, rows, a->scores + at, mixed);
        at += Padded(a->runs[run].length);
      }
      for (int64_t r = 0; r < rows; ++r) {
        const int64_t query = begin + r;
        float* out = a->out + query / a->group * a->out_row + query % a->group * a->d;
        const float* from = mixed + r * a->d16;
#pragma omp simd
        for (int64_t i = 0; i < a->d; ++i) out[i] = from[i] * scale[r];
      }
    }
  }

 private:
  static FD_INLINE int64_t Readable(const Attention* a, int64_t run, int64_t query) {
    return run == 0 && a->slots ? a->slots[query / a->group] + 1 : a->runs[run].length;
  }

  static FD_INLINE void Score(const Attention* a, const float* q, int64_t rows, const float* tiles, int64_t readable, float* scores) {
    const int64_t count = (readable + kPanel - 1) / kPanel, size = a->d * kPanel;
    int64_t tile = 0;
    for (; tile + 2 <= count; tile += 2)
      TileOf<W, 2, false>(rows, q, a->d16, tiles + tile * size, kPanel, size, a->d, scores + tile * kPanel, a->scores_row);
    for (; tile < count; ++tile)
      TileOf<W, 1, false>(rows, q, a->d16, tiles + tile * size, kPanel, size, a->d, scores + tile * kPanel, a->scores_row);
  }

  // Scores become exp(score - largest); returns one over their sum.
  static FD_INLINE float Softmax(const Attention* a, float* scores, int64_t query) {
    constexpr float kNever = -__builtin_inff();
    Floats<W> largest = Splat<W>(kNever);
    float* s = scores;
    for (int64_t run = 0; run < a->count; s += Padded(a->runs[run].length), ++run) {
      const int64_t readable = Readable(a, run, query);
      for (int64_t i = readable; i % kPanel; ++i) s[i] = kNever;
      for (int64_t i = 0; i < readable; i += W) {
        const Floats<W> v = Load<W>(s + i);
        largest = largest > v ? largest : v;
      }
    }
    const float top = Max<W>(largest);
    Floats<W> sum{};
    s = scores;
    for (int64_t run = 0; run < a->count; s += Padded(a->runs[run].length), ++run) {
      const int64_t readable = Readable(a, run, query);
      int64_t i = 0;
      for (; i + W <= readable; i += W) {
        const Floats<W> e = Exp<W>(Load<W>(s + i) - top);
        sum += e;
        Store<W>(s + i, e);
      }
      if (i < readable) {
        Floats<W> e = Exp<W>(Load<W>(s + i) - top);
        for (int64_t lane = readable - i; lane < W; ++lane) e[lane] = 0;
        sum += e;
        Store<W>(s + i, e);
      }
    }
    return 1 / Sum<W>(sum);
  }

  // mixed += weights * values: keys that all rows of the tile read, then those that only its later rows read.
  static FD_INLINE void Mix(const Attention* a, int64_t run, int64_t begin, int64_t rows, const float* weights, float* mixed) {
    int64_t done = 0;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t readable = Readable(a, run, begin + r);
      if (readable == done) continue;
      const float* p = weights + r * a->scores_row + done;
      const float* v = a->runs[run].v + done * a->runs[run].v_row;
      float* y = mixed + r * a->d16;
      int64_t i = 0;
      for (; i + 2 * kPanel <= a->d16; i += 2 * kPanel)
        TileOf<W, 2, true>(rows - r, p, a->scores_row, v + i, a->runs[run].v_row, kPanel, readable - done, y + i, a->d16);
      for (; i < a->d16; i += kPanel)
        TileOf<W, 1, true>(rows - r, p, a->scores_row, v + i, a->runs[run].v_row, kPanel, readable - done, y + i, a->d16);
      done = readable;
    }
  }
};

}  // namespace fd::kernel
