// A decoder layer over packed weights: what the language model's stack and the action expert share.
#pragma once

#include "kernels.h"

namespace fd::kernel {

struct Shape {
  int64_t layers, hidden, inner, heads, kv, d;
  float epsilon;

  Shape(at::IntArrayRef sizes, double eps);
  int64_t q_columns() const { return Padded(heads * d); }
  int64_t kv_columns() const { return Padded(kv * d); }
  int64_t qkv_columns() const { return q_columns() + 2 * kv_columns(); }
};

// Weights of one layer inside the packed ones, in the order in which a call reads them.
struct Layer {
  float *norm, *qkv, *q_norm, *k_norm, *o, *post_norm, *gate_up, *down;

  Layer(const Shape& shape, Arena& weights);
};

constexpr size_t kLayerParameters = 11;

// Parameters per layer: norm, q, k, v, q_norm, k_norm, o, post_norm, gate, up, down.
void PackLayer(const Shape& shape, const at::Tensor* parameters, const Layer& layer);
void PackVector(const at::Tensor& from, int64_t size, float* to, const char* name);
void PackMatrix(const at::Tensor& from, int64_t out, int64_t in, float* to, const char* name, int64_t stride = 1);

// What the rows of a call pass through, `rows` of each.
struct Stream {
  int64_t rows, width;  // of x
  float *x, *normed, *qkv, *q, *attended, *inner;

  Stream(const Shape& shape, int64_t rows, Arena& arena);

  // Norm of x, then queries, keys and values side by side.
  void Project(const Shape& shape, const Layer& layer);
  // Attention's output of the rows from `from` on (attended row 0 is row `from`) and the gated MLP, added to x.
  void Complete(const Shape& shape, const Layer& layer, int64_t from);
};

// One layer's keys or values of a view, [1, kv, slots, d].
struct Cache {
  float* data;
  int64_t head, row;

  Cache(const at::Tensor& t, int64_t kv, int64_t d, int64_t slots, const char* name);
};

void NormRows(const Norm& norm, int64_t rows);
void PlaceHeads(const Heads& heads, int64_t rows);

// Scores of one thread.
inline int64_t ScoreRow(int64_t first, int64_t second) { return Padded(first) + Padded(second); }
inline int64_t ScoreSize(int64_t row, int64_t d) { return kMostTileRows * (row + Padded(d)); }

}  // namespace fd::kernel
