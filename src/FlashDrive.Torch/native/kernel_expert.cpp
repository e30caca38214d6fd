// One evaluation of the action expert's velocity field in one call: Fourier features, input projection, all layers over the language
// model's cache and the action tokens' own keys, output projection.
#include <cmath>
#include <cstring>

#include <ATen/Functions.h>
#include <torch/library.h>

#include "kernel_layer.h"
#include "layers.h"

namespace fd::kernel {
namespace {

constexpr float kInputEpsilon = 1e-5f;
constexpr int64_t kOutputs = 2;  // acceleration and curvature

struct Dense16 {
  float *weight, *bias;
  Dense16(int64_t out, int64_t in, Arena& weights) : weight(weights.Take(Padded(out) * in)), bias(weights.Take(out)) {}
};

struct ExpertShape : Shape {
  int64_t encoders, encoded, features;

  ExpertShape(at::IntArrayRef s, double epsilon, int64_t frequencies)
      : Shape(s.slice(0, std::min<size_t>(6, s.size())), epsilon), encoders(s.size() == 8 ? s[6] : 0), encoded(s.size() == 8 ? s[7] : 0),
        features(3 * 2 * frequencies) {
    TORCH_CHECK_VALUE(s.size() == 8 && encoders > 0 && encoded > 0 && features > 0, "no expert has the sizes ", s, " and ", frequencies, " frequencies");
  }
  int64_t widest() const { return Padded(std::max(features, std::max(encoded, hidden))); }
};

at::Tensor PackExpert(at::TensorList parameters, at::IntArrayRef sizes, const at::Tensor& frequencies) {
  const ExpertShape s(sizes, 0, frequencies.numel());
  const size_t count = 3 * s.encoders + 4 + s.layers * kLayerParameters + 3;
  TORCH_CHECK_VALUE(parameters.size() == count, "an expert of the sizes ", sizes, " has ", count, " parameters, not ", parameters.size());
  const auto lay = [&](Arena weights, bool fill) {
    size_t next = 0;
    const auto matrix = [&](int64_t out, int64_t in, const char* name) {
      const Dense16 dense(out, in, weights);
      if (fill) PackMatrix(parameters[next], out, in, dense.weight, name);
      if (fill) PackVector(parameters[next + 1], out, dense.bias, name);
      next += 2;
    };
    const auto vector = [&](int64_t size, const char* name) {
      float* to = weights.Take(size);
      if (fill) PackVector(parameters[next], size, to, name);
      ++next;
    };
    for (int64_t i = 0; i < s.encoders; ++i) {
      matrix(s.encoded, i == 0 ? s.features : s.encoded, "an input layer");
      vector(s.encoded, "an input norm");
    }
    matrix(s.hidden, s.encoded, "the input projection");
    vector(s.hidden, "the input layer norm");
    vector(s.hidden, "the input layer norm's bias");
    for (int64_t i = 0; i < s.layers; ++i, next += kLayerParameters) {
      const Layer layer(s, weights);
      if (fill) PackLayer(s, &parameters[next], layer);
    }
    vector(s.hidden, "the final norm");
    matrix(kOutputs, s.hidden, "the output projection");
    return weights.used();
  };
  const int64_t size = lay(Arena(nullptr, 0), false);
  auto packed = at::empty({size}, at::kFloat);
  lay(Arena(packed.data_ptr<float>(), size), true);
  return packed;
}

// sqrt(2) [sin 2 pi f u, cos 2 pi f u], the argument formed as ((u f) 2) pi.
void Fourier(float u, const float* frequencies, int64_t count, float* to) {
  for (int64_t i = 0; i < count; ++i) {
    const float argument = u * frequencies[i] * 2.0f * 3.14159265358979323846f;
    to[i] = std::sin(argument) * 1.41421356237309504880f;
    to[count + i] = std::cos(argument) * 1.41421356237309504880f;
  }
}

struct ExpertSpaces {
  Stream stream;
  float *a, *b;            // of the input projection
  float *own_k, *own_v;    // [samples, kv, rows, d]
  float* scores;
  std::vector<KeySpace>& keys;  // context per head, then own per sample and head

  ExpertSpaces(const ExpertShape& s, int64_t samples, int64_t rows, int64_t context, int64_t threads, Arena& arena, std::vector<KeySpace>& list)
      : stream(s, samples * rows, arena), keys(list) {
    a = arena.Take(samples * rows * s.widest());
    b = arena.Take(samples * rows * s.widest());
    own_k = arena.Take(samples * s.kv * rows * s.d);
    own_v = arena.Take(samples * s.kv * rows * s.d);
    keys.clear();
    for (int64_t g = 0; g < s.kv; ++g) keys.push_back(TakeKeys(arena, context, s.d));
    for (int64_t i = 0; i < samples * s.kv; ++i) keys.push_back(TakeKeys(arena, rows, s.d));
    scores = arena.Take(threads * ScoreSize(ScoreRow(context, rows), s.d));
  }
};

std::vector<KeySpace>& ExpertKeySpaces() {
  thread_local std::vector<KeySpace> kept;
  return kept;
}

// Features of (acceleration, curvature, time) through the encoder into the residual stream.
void EmbedActions(const ExpertShape& s, Arena& weights, const float* x, const float* t, const float* frequencies, int64_t rows, ExpertSpaces& space) {
  const int64_t total = space.stream.rows, width = s.widest(), half = s.features / 3;
  for (int64_t row = 0; row < total; ++row) {
    float* to = space.a + row * width;
    Fourier(x[2 * row], frequencies, half / 2, to);
    Fourier(x[2 * row + 1], frequencies, half / 2, to + half);
    if (row % rows == 0) {
      Fourier(t[row / rows], frequencies, half / 2, to + 2 * half);
    } else {
      std::memcpy(to + 2 * half, to - width + 2 * half, half * sizeof(float));
    }
  }
  for (int64_t i = 0; i < s.encoders; ++i) {
    const int64_t in = i == 0 ? s.features : s.encoded;
    const Dense16 layer(s.encoded, in, weights);
    Multiply({space.a, width, total, layer.weight, in, s.encoded, space.b, width, layer.bias, Finish::kSilu});
    NormRows({space.b, width, s.encoded, weights.Take(s.encoded), nullptr, kInputEpsilon, space.a, width}, total);
  }
  const Dense16 last(s.hidden, s.encoded, weights);
  Multiply({space.a, width, total, last.weight, s.encoded, s.hidden, space.b, width, last.bias});
  const float* norm = weights.Take(s.hidden);
  NormRows({space.b, width, s.hidden, norm, weights.Take(s.hidden), kInputEpsilon, space.stream.x, space.stream.width}, total);
}

// x [samples, rows, 2], t [samples], tables [rows, d]; keys and values per layer [1, kv, slots, d], of which `context` slots are read.
at::Tensor Velocity(const at::Tensor& packed, at::IntArrayRef sizes, double epsilon, const at::Tensor& frequencies, const at::Tensor& x, const at::Tensor& t,
                    const at::Tensor& cos, const at::Tensor& sin, at::TensorList keys, at::TensorList values, int64_t context) {
  const ExpertShape s(sizes, epsilon, frequencies.numel());
  TORCH_CHECK_VALUE(x.dim() == 3 && x.size(2) == kOutputs && x.numel() > 0 && t.numel() == x.size(0), "x ", x.sizes(), " and t ", t.sizes(),
                    " must be [samples, rows, 2] and one time per sample");
  const int64_t samples = x.size(0), rows = x.size(1), total = samples * rows, group = s.heads / s.kv, d16 = Padded(s.d);
  TORCH_CHECK_VALUE(cos.dim() == 2 && cos.size(0) == rows && cos.size(1) == s.d && sin.sizes() == cos.sizes(), "rotary tables ", cos.sizes(), " and ",
                    sin.sizes(), " must be [", rows, ", ", s.d, "]");
  TORCH_CHECK_VALUE(static_cast<int64_t>(keys.size()) == s.layers && static_cast<int64_t>(values.size()) == s.layers && context > 0, context, " slots of ",
                    keys.size(), " layers' keys and ", values.size(), " layers' values for ", s.layers);
  const int64_t threads = at::get_num_threads();
  Arena size(nullptr, 0);
  ExpertSpaces(s, samples, rows, context, threads, size, ExpertKeySpaces());
  Arena arena = Reserve(size.used());
  ExpertSpaces space(s, samples, rows, context, threads, arena, ExpertKeySpaces());
  const float *cosines = Dense(cos, "cos"), *sines = Dense(sin, "sin");

  Arena weights(const_cast<float*>(Dense(packed, "the packed weights")), packed.numel());
  EmbedActions(s, weights, Dense(x, "x"), Dense(t, "t"), Dense(frequencies, "the frequencies"), rows, space);
  auto& stream = space.stream;
  const auto attend = Kernels().attention;
  for (int64_t i = 0; i < s.layers; ++i) {
    const Layer layer(s, weights);
    const Cache k(keys[i], s.kv, s.d, context, "keys"), v(values[i], s.kv, s.d, context, "values");
    stream.Project(s, layer);
    const int64_t own = s.kv * rows * s.d, queries = s.kv * rows * group * d16;
    for (int64_t n = 0; n < samples; ++n)
      PlaceHeads({stream.qkv + n * rows * s.qkv_columns(), s.qkv_columns(), s.q_columns(), s.q_columns() + s.kv_columns(), s.kv, group, s.d, d16,
                  layer.q_norm, layer.k_norm, s.epsilon, 1 / std::sqrt(static_cast<float>(s.d)), cosines, sines, 0, rows, stream.q + n * queries,
                  space.own_k + n * own, space.own_v + n * own, rows * s.d, s.d, rows * s.d, s.d, nullptr},
                 rows);
    Share(s.kv, total * s.heads * (context + rows) * s.d * 2, [&](int64_t begin, int64_t end) {
      const int64_t row = ScoreRow(context, rows);
      float* scores = space.scores + at::get_thread_num() * ScoreSize(row, s.d);
      for (int64_t g = begin; g < end; ++g) {
        const auto shared = Prepare(space.keys[g], k.data + g * k.head, k.row, v.data + g * v.head, v.row, context, s.d);
        for (int64_t n = 0; n < samples; ++n) {
          const int64_t at = n * own + g * rows * s.d;
          const auto mine = Prepare(space.keys[s.kv + n * s.kv + g], space.own_k + at, s.d, space.own_v + at, s.d, rows, s.d);
          const Attention a{stream.q + n * queries + g * rows * group * d16, rows, group, s.d, d16, {shared, mine}, 2, nullptr, scores, row,
                            stream.attended + n * rows * s.q_columns() + g * group * s.d, s.q_columns()};
          attend(&a);
        }
      }
    });
    stream.Complete(s, layer, 0);
  }
  NormRows({stream.x, stream.width, s.hidden, weights.Take(s.hidden), nullptr, s.epsilon, stream.normed, stream.width}, total);
  const Dense16 out(kOutputs, s.hidden, weights);
  auto result = at::empty(x.sizes(), x.options());
  Multiply({stream.normed, stream.width, total, out.weight, s.hidden, kOutputs, result.data_ptr<float>(), kOutputs, out.bias});
  return result;
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack_expert(Tensor[] parameters, int[] sizes, Tensor frequencies) -> Tensor", &fd::kernel::PackExpert);
  library.def(
      "kernel_expert(Tensor packed, int[] sizes, float eps, Tensor frequencies, Tensor x, Tensor t, Tensor cos, Tensor sin, Tensor[] keys, Tensor[] values, "
      "int context) -> Tensor",
      &fd::kernel::Velocity);
}
