// Our own float32 CPU kernels for a whole decoder stack: what they work on and the table of them for this CPU. They compute without
// a gradient graph. Threads split output columns or heads, never a sum, so the bits depend neither on the thread count nor on how
// many rows share a call; they may differ between CPU levels.
#pragma once

#include <cstdint>

#include <ATen/Tensor.h>

#include "multiversion.h"

namespace fd::kernel {

constexpr int64_t kPanel = 16;  // columns of a packed panel

inline int64_t Padded(int64_t width) { return (width + kPanel - 1) / kPanel * kPanel; }

// What happens to a product on its way to y: added to what stands there, an activation, or silu of each even panel times the odd one
// behind it.
enum class Finish : int32_t { kStore, kAdd, kSwiglu, kSilu, kGeluTanh, kGeluErf };

struct Product {
  const float* x;  // rows x_row apart
  int64_t x_row, rows;
  const float* panels;  // [panels, in, 16]
  int64_t in, out;  // columns of y behind `out` do not exist
  float* y;
  int64_t y_row;
  const float* bias = nullptr;  // padded to whole panels
  Finish finish = Finish::kStore;
};

struct Table {
  void (*product)(const Product*, int64_t panel_begin, int64_t panel_end);
};

// The kernels of a level.
const Table& Kernels();

// Lowers the level of kernels called from this thread, for tests: 0 baseline, 1 AVX2, 2 AVX-512. Returns the level in use.
int64_t LimitLevel(int64_t level);

// [out, in] -> panels; rows behind `out` are zero. Consecutive panels are `stride` panels apart.
void Pack(const float* weight, int64_t out, int64_t in, float* panels, int64_t stride = 1);

// The product, over threads where it is large enough.
void Multiply(const Product& product);

// A float32 CPU tensor without gaps, or an error that names it.
const float* Dense(const at::Tensor& t, const char* name);

}  // namespace fd::kernel
