// The vision tower in one call: patch embedding, blocks with full attention inside one image, final and deepstack mergers.
#include <cmath>
#include <cstring>

#include <ATen/Functions.h>
#include <torch/library.h>

#include "kernel_layer.h"
#include "layers.h"

namespace fd::kernel {
namespace {

constexpr float kVisionEpsilon = 1e-6f;

struct VisionShape {
  int64_t depth, hidden, heads, inner, patch, group, out;  // group: patches that become one token
  at::IntArrayRef deepstack;                              // blocks after which a deepstack merger reads
  int64_t d, width;

  VisionShape(at::IntArrayRef s, at::IntArrayRef levels) : deepstack(levels) {
    TORCH_CHECK_VALUE(s.size() == 7, "a tower has seven sizes (depth, hidden, heads, inner, patch length, patches per token, out), not ", s.size());
    std::tie(depth, hidden, heads, inner, patch, group, out) = std::tie(s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
    TORCH_CHECK_VALUE(depth > 0 && heads > 0 && hidden % heads == 0 && hidden / heads % 2 == 0 && hidden / heads <= 512 && inner > 0 && patch > 0 && group > 0 && out > 0,
                      "no tower has the sizes ", s);
    d = hidden / heads;
    width = hidden * group;
  }
};

struct Affine {
  float *weight, *bias;
  int64_t out, in;
  Affine(int64_t rows, int64_t columns, Arena& weights) : weight(weights.Take(Padded(rows) * columns)), bias(weights.Take(rows)), out(rows), in(columns) {}

  void Apply(const float* x, int64_t rows, float* y, Finish finish = Finish::kStore) const { Multiply({x, in, rows, weight, in, out, y, out, bias, finish}); }
};

struct LayerNormed {
  float *weight, *bias;
  int64_t width;
  LayerNormed(int64_t size, Arena& weights) : weight(weights.Take(size)), bias(weights.Take(size)), width(size) {}

  void Apply(const float* x, int64_t rows, float* y) const { NormRows({x, width, width, weight, bias, kVisionEpsilon, y, width}, rows); }
};

struct VisionLayer {
  LayerNormed norm1;
  Affine qkv, projection;
  LayerNormed norm2;
  Affine fc1, fc2;
  VisionLayer(const VisionShape& s, Arena& w)
      : norm1(s.hidden, w), qkv(3 * s.hidden, s.hidden, w), projection(s.hidden, s.hidden, w), norm2(s.hidden, w), fc1(s.inner, s.hidden, w),
        fc2(s.hidden, s.inner, w) {}
};

struct Merger {
  LayerNormed norm;
  Affine fc1, fc2;
  Merger(const VisionShape& s, bool after, Arena& w) : norm(after ? s.width : s.hidden, w), fc1(s.width, s.width, w), fc2(s.out, s.width, w) {}

  // The final merger normalises patches before regrouping them, a deepstack merger the regrouped ones after: rows lie without gaps, so
  // regrouping is reading them as longer rows.
  void Apply(const VisionShape& s, const float* x, int64_t rows, float* a, float* b, float* y) const {
    norm.Apply(x, rows * s.hidden / norm.width, a);
    fc1.Apply(a, rows / s.group, b, Finish::kGeluErf);
    fc2.Apply(b, rows / s.group, y);
  }
};

// Everything of a tower inside its packed weights.
struct Tower {
  Affine patches;
  std::vector<VisionLayer> layers;
  std::vector<Merger> mergers;  // the final one first

  Tower(const VisionShape& s, Arena& weights) : patches(s.hidden, s.patch, weights) {
    for (int64_t i = 0; i < s.depth; ++i) layers.emplace_back(s, weights);
    for (size_t i = 0; i <= s.deepstack.size(); ++i) mergers.emplace_back(s, i > 0, weights);
  }
};

class Packer {
 public:
  explicit Packer(at::TensorList parameters) : parameters_(parameters) {}
  void operator()(const Affine& to, const char* name) {
    PackMatrix(Next(), to.out, to.in, to.weight, name);
    PackVector(Next(), to.out, to.bias, name);
  }
  void operator()(const LayerNormed& to, const char* name) {
    PackVector(Next(), to.width, to.weight, name);
    PackVector(Next(), to.width, to.bias, name);
  }
  bool done() const { return next_ == parameters_.size(); }

 private:
  const at::Tensor& Next() {
    TORCH_CHECK_VALUE(next_ < parameters_.size(), "a tower has more than ", next_, " parameters");
    return parameters_[next_++];
  }
  at::TensorList parameters_;
  size_t next_ = 0;
};

at::Tensor PackVision(at::TensorList parameters, at::IntArrayRef sizes, at::IntArrayRef deepstack) {
  const VisionShape s(sizes, deepstack);
  Arena size(nullptr, 0);
  const Tower measured(s, size);
  auto packed = at::empty({size.used()}, at::kFloat);
  Arena weights(packed.data_ptr<float>(), size.used());
  const Tower tower(s, weights);
  Packer pack(parameters);
  pack(tower.patches, "the patch embedding");
  for (const auto& layer : tower.layers) {
    pack(layer.norm1, "a block's first norm");
    pack(layer.qkv, "a block's qkv projection");
    pack(layer.projection, "a block's output projection");
    pack(layer.norm2, "a block's second norm");
    pack(layer.fc1, "a block's first MLP layer");
    pack(layer.fc2, "a block's second MLP layer");
  }
  for (const auto& merger : tower.mergers) {
    pack(merger.norm, "a merger's norm");
    pack(merger.fc1, "a merger's first layer");
    pack(merger.fc2, "a merger's second layer");
  }
  TORCH_CHECK_VALUE(pack.done(), "a tower of the sizes ", sizes, " has fewer than ", parameters.size(), " parameters");
  return packed;
}

struct VisionSpaces {
  float *x, *normed, *qkv, *q, *k, *v, *attended, *inner, *a, *b, *scores;
  std::vector<KeySpace>& heads;  // per thread and head

  VisionSpaces(const VisionShape& s, int64_t rows, int64_t patches, int64_t threads, Arena& arena, std::vector<KeySpace>& list) : heads(list) {
    x = arena.Take(rows * s.hidden);
    normed = arena.Take(rows * s.hidden);
    qkv = arena.Take(rows * 3 * s.hidden);
    q = arena.Take(rows * s.heads * Padded(s.d));
    k = arena.Take(rows * s.hidden);
    v = arena.Take(rows * s.hidden);
    attended = arena.Take(rows * s.hidden);
    inner = arena.Take(rows * s.inner);
    a = arena.Take(rows * s.hidden);
    b = arena.Take(rows * s.hidden);
    heads.clear();
    for (int64_t i = 0; i < threads; ++i) heads.push_back(TakeKeys(arena, patches, s.d));
    scores = arena.Take(threads * ScoreSize(Padded(patches), s.d));
  }
};

std::vector<KeySpace>& VisionKeySpaces() {
  thread_local std::vector<KeySpace> kept;
  return kept;
}

void VisionBlock(const VisionShape& s, const VisionLayer& layer, const VisionSpaces& m, int64_t images, int64_t patches, const float* cos, const float* sin) {
  const int64_t rows = images * patches, d16 = Padded(s.d), row = Padded(patches);
  layer.norm1.Apply(m.x, rows, m.normed);
  layer.qkv.Apply(m.normed, rows, m.qkv);
  const auto place = Kernels().heads;
  const auto attend = Kernels().attention;
  Share(images, rows * s.heads * (patches + 16) * s.d * 2, [&](int64_t begin, int64_t end) {
    const int64_t thread = at::get_thread_num();
    for (int64_t image = begin; image < end; ++image) {
      const int64_t at = image * patches * s.hidden, queries = image * patches * s.heads * d16;
      const Heads heads{m.qkv + 3 * at, 3 * s.hidden, s.hidden, 2 * s.hidden, s.heads, 1, s.d, d16, nullptr, nullptr, 0,
                        1 / std::sqrt(static_cast<float>(s.d)), cos, sin, 0, patches, m.q + queries, m.k + at, m.v + at, patches * s.d, s.d,
                        patches * s.d, s.d, nullptr};
      place(&heads, 0, patches);
      for (int64_t h = 0; h < s.heads; ++h) {
        const int64_t head = at + h * patches * s.d;
        const auto keys = Prepare(m.heads[thread], m.k + head, s.d, m.v + head, s.d, patches, s.d);
        const Attention a{m.q + queries + h * patches * d16, patches, 1, s.d, d16, {keys, keys}, 1, nullptr, m.scores + thread * ScoreSize(row, s.d), row,
                          m.attended + at + h * s.d, s.hidden};
        attend(&a);
      }
    }
  });
  layer.projection.Apply(m.attended, rows, m.x, Finish::kAdd);
  layer.norm2.Apply(m.x, rows, m.normed);
  layer.fc1.Apply(m.normed, rows, m.inner, Finish::kGeluTanh);
  layer.fc2.Apply(m.inner, rows, m.x, Finish::kAdd);
}

// pixels [images patches, patch length], positions [patches, hidden], tables [patches, d] -> merged and deepstack features, each
// [images patches / group, out].
std::vector<at::Tensor> Vision(const at::Tensor& packed, at::IntArrayRef sizes, at::IntArrayRef deepstack, const at::Tensor& pixels, const at::Tensor& positions,
                               const at::Tensor& cos, const at::Tensor& sin) {
  const VisionShape s(sizes, deepstack);
  const int64_t patches = positions.size(0), rows = pixels.size(0), images = patches ? rows / patches : 0;
  TORCH_CHECK_VALUE(pixels.dim() == 2 && pixels.size(1) == s.patch && images > 0 && images * patches == rows && patches % s.group == 0, "pixels ",
                    pixels.sizes(), " are no images of ", patches, " patches of length ", s.patch);
  TORCH_CHECK_VALUE(positions.dim() == 2 && positions.size(1) == s.hidden && cos.dim() == 2 && cos.size(0) == patches && cos.size(1) == s.d &&
                        sin.sizes() == cos.sizes(),
                    "positions ", positions.sizes(), " and rotary tables ", cos.sizes(), " and ", sin.sizes(), " do not fit ", patches, " patches");
  const float *in = Dense(pixels, "pixels"), *embedding = Dense(positions, "positions"), *cosines = Dense(cos, "cos"), *sines = Dense(sin, "sin");
  Arena weights(const_cast<float*>(Dense(packed, "the packed weights")), packed.numel());
  const Tower tower(s, weights);
  Arena size(nullptr, 0);
  VisionSpaces(s, rows, patches, at::get_num_threads(), size, VisionKeySpaces());
  Arena arena = Reserve(size.used());
  const VisionSpaces m(s, rows, patches, at::get_num_threads(), arena, VisionKeySpaces());

  for (int64_t image = 0; image < images; ++image) std::memcpy(m.x + image * patches * s.hidden, embedding, patches * s.hidden * sizeof(float));
  tower.patches.Apply(in, rows, m.x, Finish::kAdd);
  std::vector<at::Tensor> results(deepstack.size() + 1);
  for (auto& result : results) result = at::empty({rows / s.group, s.out}, pixels.options());
  for (int64_t i = 0; i < s.depth; ++i) {
    VisionBlock(s, tower.layers[i], m, images, patches, cosines, sines);
    for (size_t level = 0; level < deepstack.size(); ++level)
      if (deepstack[level] == i) tower.mergers[level + 1].Apply(s, m.x, rows, m.a, m.b, results[level + 1].data_ptr<float>());
  }
  tower.mergers[0].Apply(s, m.x, rows, m.a, m.b, results[0].data_ptr<float>());
  return results;
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack_vision(Tensor[] parameters, int[] sizes, int[] deepstack) -> Tensor", &fd::kernel::PackVision);
  library.def(
      "kernel_vision(Tensor packed, int[] sizes, int[] deepstack, Tensor pixels, Tensor positions, Tensor cos, Tensor sin) -> Tensor[]", &fd::kernel::Vision);
}
