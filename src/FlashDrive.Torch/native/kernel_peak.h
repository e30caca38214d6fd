// What a core can do at most, for shares of it: multiply-adds in registers, and reading memory once.
#pragma once

#include "kernel_vector.h"

namespace fd::kernel {

constexpr int kPeakChains = 12;

// 2 * kPeakChains * W * rounds operations.
template <int W>
struct MultiplyAddPeak {
  static FD_INLINE float Run(int64_t rounds, float factor, int64_t* operations) {
    Floats<W> chains[kPeakChains];
#pragma GCC unroll 16
    for (int i = 0; i < kPeakChains; ++i) chains[i] = Splat<W>(static_cast<float>(i));
    const Floats<W> x = Splat<W>(factor), y = Splat<W>(1 - factor);
    for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
      for (int i = 0; i < kPeakChains; ++i) chains[i] = chains[i] * x + y;
    }
    Floats<W> total{};
#pragma GCC unroll 16
    for (int i = 0; i < kPeakChains; ++i) total += chains[i];
    *operations = 2 * kPeakChains * W * rounds;
    return Sum<W>(total);
  }
};

template <int W>
struct ReadPeak {
  static FD_INLINE float Run(const float* data, int64_t count) {
    Floats<W> sums[8] = {};
    for (int64_t i = 0; i + 8 * W <= count; i += 8 * W) {
#pragma GCC unroll 16
      for (int j = 0; j < 8; ++j) sums[j] += Load<W>(data + i + j * W);
    }
    Floats<W> total{};
    for (int j = 0; j < 8; ++j) total += sums[j];
    return Sum<W>(total);
  }
};

}  // namespace fd::kernel
