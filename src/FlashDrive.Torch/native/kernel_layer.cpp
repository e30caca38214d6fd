#include "kernel_layer.h"

#include <cstdlib>
#include <cstring>

namespace fd::kernel {

Shape::Shape(at::IntArrayRef s, double eps) : epsilon(static_cast<float>(eps)) {
  TORCH_CHECK_VALUE(s.size() == 6, "a decoder has six sizes (layers, hidden, inner, heads, kv heads, head dimension), not ", s.size());
  std::tie(layers, hidden, inner, heads, kv, d) = std::tie(s[0], s[1], s[2], s[3], s[4], s[5]);
  TORCH_CHECK_VALUE(layers > 0 && hidden > 0 && inner > 0 && kv > 0 && heads % kv == 0 && d > 0 && d % 2 == 0 && d <= 512, "no decoder has the sizes ", s);
}

Layer::Layer(const Shape& s, Arena& weights) {
  norm = weights.Take(s.hidden);
  qkv = weights.Take(s.qkv_columns() * s.hidden);
  q_norm = weights.Take(s.d);
  k_norm = weights.Take(s.d);
  o = weights.Take(Padded(s.hidden) * s.heads * s.d);
  post_norm = weights.Take(s.hidden);
  gate_up = weights.Take(2 * Padded(s.inner) * s.hidden);
  down = weights.Take(Padded(s.hidden) * s.inner);
}

void PackVector(const at::Tensor& from, int64_t size, float* to, const char* name) {
  const auto dense = from.detach().contiguous();
  TORCH_CHECK_VALUE(dense.dim() == 1 && dense.size(0) == size, name, " ", from.sizes(), " must be [", size, "]");
  std::memset(to, 0, Padded(size) * sizeof(float));
  std::memcpy(to, Dense(dense, name), size * sizeof(float));
}

void PackMatrix(const at::Tensor& from, int64_t out, int64_t in, float* to, const char* name, int64_t stride) {
  const auto dense = from.detach().contiguous();
  TORCH_CHECK_VALUE(dense.dim() == 2 && dense.size(0) == out && dense.size(1) == in, name, " ", from.sizes(), " must be [", out, ", ", in, "]");
  Pack(Dense(dense, name), out, in, to, stride);
}

void PackLayer(const Shape& s, const at::Tensor* p, const Layer& layer) {
  PackVector(p[0], s.hidden, layer.norm, "the input norm");
  PackMatrix(p[1], s.heads * s.d, s.hidden, layer.qkv, "the query projection");
  PackMatrix(p[2], s.kv * s.d, s.hidden, layer.qkv + s.q_columns() * s.hidden, "the key projection");
  PackMatrix(p[3], s.kv * s.d, s.hidden, layer.qkv + (s.q_columns() + s.kv_columns()) * s.hidden, "the value projection");
  PackVector(p[4], s.d, layer.q_norm, "the query norm");
  PackVector(p[5], s.d, layer.k_norm, "the key norm");
  PackMatrix(p[6], s.hidden, s.heads * s.d, layer.o, "the output projection");
  PackVector(p[7], s.hidden, layer.post_norm, "the post-attention norm");
  // Panels of gate and up take turns, so that a tile holds both halves of the product of its columns.
  PackMatrix(p[8], s.inner, s.hidden, layer.gate_up, "the gate projection", 2);
  PackMatrix(p[9], s.inner, s.hidden, layer.gate_up + s.hidden * kPanel, "the up projection", 2);
  PackMatrix(p[10], s.hidden, s.inner, layer.down, "the down projection");
}

Stream::Stream(const Shape& s, int64_t count, Arena& arena) : rows(count), width(Padded(s.hidden)) {
  x = arena.Take(rows * width);
  normed = arena.Take(rows * width);
  qkv = arena.Take(rows * s.qkv_columns());
  q = arena.Take(rows * s.heads * Padded(s.d));
  attended = arena.Take(rows * s.q_columns());
  inner = arena.Take(rows * Padded(s.inner));
}

void Stream::Project(const Shape& s, const Layer& layer) {
  NormRows({x, width, s.hidden, layer.norm, nullptr, s.epsilon, normed, width}, rows);
  Multiply({normed, width, rows, layer.qkv, s.hidden, s.qkv_columns(), qkv, s.qkv_columns()});
}

void Stream::Complete(const Shape& s, const Layer& layer, int64_t from) {
  const int64_t count = rows - from, inner_width = Padded(s.inner);
  float* y = x + from * width;
  Multiply({attended, s.q_columns(), count, layer.o, s.heads * s.d, width, y, width, nullptr, Finish::kAdd});
  NormRows({y, width, s.hidden, layer.post_norm, nullptr, s.epsilon, normed, width}, count);
  Multiply({normed, width, count, layer.gate_up, s.hidden, inner_width, inner, inner_width, nullptr, Finish::kSwiglu});
  Multiply({inner, inner_width, count, layer.down, s.inner, width, y, width, nullptr, Finish::kAdd});
}

Cache::Cache(const at::Tensor& t, int64_t kv, int64_t d, int64_t slots, const char* name) {
  TORCH_CHECK_VALUE(t.dim() >= 3 && t.numel() == t.size(-3) * t.size(-2) * t.size(-1) && t.size(-3) == kv && t.size(-2) >= slots && t.size(-1) == d &&
                        t.stride(-1) == 1 && t.device().is_cpu() && t.scalar_type() == at::kFloat,
                    name, " ", t.sizes(), " must be float32 [1, ", kv, ", at least ", slots, " slots, ", d, "]");
  data = t.data_ptr<float>();
  head = t.stride(-3);
  row = t.stride(-2);
}

Arena Reserve(int64_t size) {
  struct Memory {
    float* begin = nullptr;
    int64_t size = 0;
    ~Memory() { std::free(begin); }
  };
  thread_local Memory memory;
  if (memory.size < size) {
    std::free(memory.begin);
    memory.size = 0;
    memory.begin = static_cast<float*>(std::aligned_alloc(64, Padded(size) * sizeof(float)));
    TORCH_CHECK(memory.begin, "no memory for a kernel's ", size, " floats");
    memory.size = size;
  }
  return {memory.begin, memory.size};
}

void NormRows(const Norm& norm, int64_t rows) {
  const auto run = Kernels().norm;
  Share(rows, rows * norm.width * 8, [&](int64_t begin, int64_t end) { run(&norm, begin, end); });
}

void PlaceHeads(const Heads& heads, int64_t rows) {
  const auto run = Kernels().heads;
  Share(rows, rows * heads.qkv_row * 8, [&](int64_t begin, int64_t end) { run(&heads, begin, end); });
}

}  // namespace fd::kernel
