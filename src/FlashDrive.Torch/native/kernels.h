// Our own float32 CPU kernels for a whole decoder stack: what they work on and the table of them for this CPU. They compute without
// a gradient graph. Threads split output columns or heads, never a sum, so the bits depend neither on the thread count nor on how
// many rows share a call; they may differ between CPU levels.
#pragma once

#include <cstdint>

#include <ATen/Parallel.h>
#include <ATen/Tensor.h>

#include "multiversion.h"

namespace fd::kernel {

constexpr int64_t kPanel = 16;  // columns of a packed panel

constexpr int64_t kWorth = 2 << 20;  // multiply-adds below which a second thread costs more than it gains

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

// y = x / sqrt(mean(x^2) + epsilon) * weight per row; with a bias, layer normalisation.
struct Norm {
  const float* x;
  int64_t x_row, width;
  const float *weight, *bias;
  float epsilon;
  float* y;
  int64_t y_row;
};

// What follows the joint projection of queries, keys and values: norms of each head, rotary embedding, and each to its place.
// Query row r and head g * group + j go to q[g][r * group + j], scaled, d16 apart; keys and values of row r to slot slots[r].
struct Heads {
  const float* qkv;  // [queries | keys | values], each padded to panels
  int64_t qkv_row, k_at, v_at;
  int64_t kv, group, d, d16;
  const float *q_norm, *k_norm;  // null: no norm
  float epsilon, scale;
  const float *cos, *sin;  // [rows, d]
  int64_t query_from, query_rows;
  float* q;
  float *k, *v;
  int64_t k_head, k_row, v_head, v_row;
  const int64_t* slots;                   // null: row r is slot r
  float *kept_k = nullptr, *kept_v = nullptr;  // keys before rotation and values once more, [kv, rows, d]
  int64_t kept_head = 0;
};

// Keys of one head as attention reads them: transposed in tiles, [ceil(length / 16), d, 16], and values in rows of whole panels.
struct Keys {
  const float* tiles;
  const float* v;
  int64_t v_row, length;
};

// Softmax attention of the query rows of one key/value head over one or two runs of keys.
struct Attention {
  const float* q;  // [rows * group, d16], scaled
  int64_t rows, group, d, d16;
  Keys runs[2];
  int64_t count;
  const int64_t* slots;  // row r reads run 0 up to slots[r], ascending; null: all of it
  float* scores;         // tile rows of scores_row, and tile rows of d16
  int64_t scores_row;
  float* out;  // row r, query j of the group: out + r * out_row + j * d
  int64_t out_row;
};

struct Table {
  void (*product)(const Product*, int64_t panel_begin, int64_t panel_end);
  void (*norm)(const Norm*, int64_t row_begin, int64_t row_end);
  void (*heads)(const Heads*, int64_t row_begin, int64_t row_end);
  void (*transpose)(const float* k, int64_t k_row, int64_t length, int64_t d, float* tiles);
  void (*attention)(const Attention*);
  float (*multiply_add_peak)(int64_t rounds, float factor, int64_t* operations);
  float (*read_peak)(const float* data, int64_t count);
};

constexpr int64_t kMostTileRows = 8;

// The kernels of a level.
const Table& Kernels();

// Lowers the level of kernels called from this thread, for tests: 0 baseline, 1 AVX2, 2 AVX-512. Returns the level in use.
int64_t LimitLevel(int64_t level);

// [out, in] -> panels; rows behind `out` are zero. Consecutive panels are `stride` panels apart.
void Pack(const float* weight, int64_t out, int64_t in, float* panels, int64_t stride = 1);

// The product, over threads where it is large enough.
void Multiply(const Product& product);

// Calls run(begin, end) over `count` items, on several threads when `work` multiply-adds are worth it.
template <typename F>
void Share(int64_t count, int64_t work, const F& run) {
  if (work < kWorth) {
    run(int64_t{0}, count);
  } else {
    at::parallel_for(0, count, 1, run);
  }
}

// Hands out pieces of a workspace, each on a cache line of its own.
class Arena {
 public:
  Arena(float* begin, int64_t size) : next_(begin), size_(size) {}
  float* Take(int64_t count) {
    count = Padded(count);
    used_ += count;
    float* piece = next_;
    if (next_) next_ += count;
    TORCH_CHECK_VALUE(!piece || used_ <= size_, "the workspace of ", size_, " floats is too small");
    return piece;
  }
  int64_t used() const { return used_; }

 private:
  float* next_;
  int64_t size_, used_ = 0;
};

// The calling thread's memory for the length of a call, grown when it holds less than `size` floats: calls of known shapes allocate
// nothing but their results. The thread keeps what its largest call needed.
Arena Reserve(int64_t size);

// Keys and values of one head made ready; pieces of `arena` are taken by TakeKeys, in the same order.
struct KeySpace {
  float *tiles, *v;
};
KeySpace TakeKeys(Arena& arena, int64_t length, int64_t d);
Keys Prepare(const KeySpace& space, const float* k, int64_t k_row, const float* v, int64_t v_row, int64_t length, int64_t d);

// A float32 CPU tensor without gaps, or an error that names it.
const float* Dense(const at::Tensor& t, const char* name);

}  // namespace fd::kernel
