// A block drafter in one call: layers whose rows attend to projected context rows and to each other in both directions.
#include <cmath>
#include <cstring>

#include <ATen/Functions.h>
#include <torch/library.h>

#include "kernel_layer.h"
#include "layers.h"

namespace fd::kernel {
namespace {

struct DrafterShape : Shape {
  int64_t features;

  DrafterShape(at::IntArrayRef s, double epsilon) : Shape(s.slice(0, std::min<size_t>(6, s.size())), epsilon), features(s.size() == 7 ? s[6] : 0) {
    TORCH_CHECK_VALUE(features > 0, "a drafter has seven sizes (those of a decoder, then features), not ", s);
  }
};

at::Tensor PackDrafter(at::TensorList parameters, at::IntArrayRef sizes) {
  const DrafterShape s(sizes, 0);
  const size_t count = 2 + s.layers * kLayerParameters + 1;
  TORCH_CHECK_VALUE(parameters.size() == count, s.layers, " layers of a drafter have ", count, " parameters, not ", parameters.size());
  const auto lay = [&](Arena weights, bool fill) {
    float *fc = weights.Take(Padded(s.hidden) * s.features), *norm = weights.Take(s.hidden);
    if (fill) PackMatrix(parameters[0], s.hidden, s.features, fc, "the feature projection");
    if (fill) PackVector(parameters[1], s.hidden, norm, "the hidden norm");
    for (int64_t i = 0; i < s.layers; ++i) {
      const Layer layer(s, weights);
      if (fill) PackLayer(s, &parameters[2 + i * kLayerParameters], layer);
    }
    float* last = weights.Take(s.hidden);
    if (fill) PackVector(parameters.back(), s.hidden, last, "the final norm");
    return weights.used();
  };
  const int64_t size = lay(Arena(nullptr, 0), false);
  auto packed = at::empty({size}, at::kFloat);
  lay(Arena(packed.data_ptr<float>(), size), true);
  return packed;
}

struct DrafterSpaces {
  Stream block;
  float *fused, *context, *projected, *k, *v, *scores;
  std::vector<KeySpace>& heads;

  DrafterSpaces(const DrafterShape& s, int64_t rows, int64_t block_rows, Arena& arena, std::vector<KeySpace>& list) : block(s, block_rows, arena), heads(list) {
    const int64_t keys = rows + block_rows;
    fused = arena.Take(rows * Padded(s.hidden));
    context = arena.Take(rows * Padded(s.hidden));
    projected = arena.Take(rows * 2 * s.kv_columns());
    k = arena.Take(s.kv * keys * s.d);
    v = arena.Take(s.kv * keys * s.d);
    heads.clear();
    for (int64_t g = 0; g < s.kv; ++g) heads.push_back(TakeKeys(arena, keys, s.d));
    scores = arena.Take(ScoreSize(Padded(keys), s.d));
  }
};

std::vector<KeySpace>& DrafterKeySpaces() {
  thread_local std::vector<KeySpace> kept;
  return kept;
}

// context [rows, features], block [block rows, hidden] embeddings, tables [rows + block rows, d] -> the block after the final norm.
at::Tensor Drafter(const at::Tensor& packed, at::IntArrayRef sizes, double epsilon, const at::Tensor& context, const at::Tensor& block, const at::Tensor& cos,
                   const at::Tensor& sin) {
  const DrafterShape s(sizes, epsilon);
  TORCH_CHECK_VALUE(context.dim() == 2 && context.size(1) == s.features && context.size(0) > 0, "the context ", context.sizes(), " must be [rows, ", s.features, "]");
  TORCH_CHECK_VALUE(block.dim() == 2 && block.size(1) == s.hidden && block.size(0) > 0, "the block ", block.sizes(), " must be [rows, ", s.hidden, "]");
  const int64_t rows = context.size(0), count = block.size(0), keys = rows + count, group = s.heads / s.kv, d16 = Padded(s.d), width = Padded(s.hidden);
  TORCH_CHECK_VALUE(cos.dim() == 2 && cos.size(0) == keys && cos.size(1) == s.d && sin.sizes() == cos.sizes(), "rotary tables ", cos.sizes(), " and ",
                    sin.sizes(), " must be [", keys, ", ", s.d, "]");
  const float *features = Dense(context, "the context"), *in = Dense(block, "the block"), *cosines = Dense(cos, "cos"), *sines = Dense(sin, "sin");
  Arena weights(const_cast<float*>(Dense(packed, "the packed weights")), packed.numel());
  Arena size(nullptr, 0);
  DrafterSpaces(s, rows, count, size, DrafterKeySpaces());
  Arena arena = Reserve(size.used());
  DrafterSpaces m(s, rows, count, arena, DrafterKeySpaces());

  const float *fc = weights.Take(width * s.features), *hidden_norm = weights.Take(s.hidden);
  Multiply({features, s.features, rows, fc, s.features, width, m.fused, width});
  NormRows({m.fused, width, s.hidden, hidden_norm, nullptr, s.epsilon, m.context, width}, rows);
  for (int64_t r = 0; r < count; ++r) std::memcpy(m.block.x + r * width, in + r * s.hidden, s.hidden * sizeof(float));
  const float scale = 1 / std::sqrt(static_cast<float>(s.d));
  const int64_t head = keys * s.d, kv = s.kv_columns();
  const auto attend = Kernels().attention;
  for (int64_t i = 0; i < s.layers; ++i) {
    const Layer layer(s, weights);
    // Context rows have keys and values only: the columns behind the queries'.
    Multiply({m.context, width, rows, layer.qkv + s.q_columns() * s.hidden, s.hidden, 2 * kv, m.projected, 2 * kv});
    PlaceHeads({m.projected, 2 * kv, 0, kv, s.kv, group, s.d, d16, layer.q_norm, layer.k_norm, s.epsilon, scale, cosines, sines, rows, 0, nullptr, m.k, m.v,
                head, s.d, head, s.d, nullptr},
               rows);
    m.block.Project(s, layer);
    PlaceHeads({m.block.qkv, s.qkv_columns(), s.q_columns(), s.q_columns() + kv, s.kv, group, s.d, d16, layer.q_norm, layer.k_norm, s.epsilon, scale,
                cosines + rows * s.d, sines + rows * s.d, 0, count, m.block.q, m.k + rows * s.d, m.v + rows * s.d, head, s.d, head, s.d, nullptr},
               count);
    for (int64_t g = 0; g < s.kv; ++g) {
      const auto run = Prepare(m.heads[g], m.k + g * head, s.d, m.v + g * head, s.d, keys, s.d);
      const Attention a{m.block.q + g * count * group * d16, count, group, s.d, d16, {run, run}, 1, nullptr, m.scores, Padded(keys),
                        m.block.attended + g * group * s.d, s.q_columns()};
      attend(&a);
    }
    m.block.Complete(s, layer, 0);
  }
  auto result = at::empty(block.sizes(), block.options());
  NormRows({m.block.x, width, s.hidden, weights.Take(s.hidden), nullptr, s.epsilon, result.data_ptr<float>(), s.hidden}, count);
  return result;
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack_drafter(Tensor[] parameters, int[] sizes) -> Tensor", &fd::kernel::PackDrafter);
  library.def("kernel_drafter(Tensor packed, int[] sizes, float eps, Tensor context, Tensor block, Tensor cos, Tensor sin) -> Tensor", &fd::kernel::Drafter);
}
