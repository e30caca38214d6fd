// The language model's decoder stack in one call.
#include <cstring>

#include <ATen/Functions.h>
#include <torch/library.h>

#include "kernel_layer.h"
#include "layers.h"

namespace fd::kernel {
namespace {

at::Tensor PackDecoder(at::TensorList parameters, at::IntArrayRef sizes) {
  const Shape shape(sizes, 0);
  TORCH_CHECK_VALUE(parameters.size() == shape.layers * kLayerParameters + 1, shape.layers, " layers and the final norm have ",
                    shape.layers * kLayerParameters + 1, " parameters, not ", parameters.size());
  const auto lay = [&](Arena weights, bool fill) {
    for (int64_t i = 0; i < shape.layers; ++i) {
      const Layer layer(shape, weights);
      if (fill) PackLayer(shape, &parameters[i * kLayerParameters], layer);
    }
    float* norm = weights.Take(shape.hidden);
    if (fill) PackVector(parameters.back(), shape.hidden, norm, "the final norm");
    return weights.used();
  };
  const int64_t size = lay(Arena(nullptr, 0), false);
  auto packed = at::empty({size}, at::kFloat);
  lay(Arena(packed.data_ptr<float>(), size), true);
  return packed;
}

struct DecoderSpaces {
  Stream stream;
  int64_t* slots;
  std::vector<KeySpace>& heads;
  float* scores;

  DecoderSpaces(const Shape& s, int64_t rows, int64_t keys, int64_t threads, Arena& arena, std::vector<KeySpace>& list)
      : stream(s, rows, arena), slots(reinterpret_cast<int64_t*>(arena.Take(2 * rows))), heads(list) {
    heads.clear();
    for (int64_t g = 0; g < s.kv; ++g) heads.push_back(TakeKeys(arena, keys, s.d));
    scores = arena.Take(threads * ScoreSize(Padded(keys), s.d));
  }
};

std::vector<KeySpace>& KeySpaces() {
  thread_local std::vector<KeySpace> kept;
  return kept;
}

void AddDeepstack(const Shape& s, Stream& stream, const at::Tensor& rows, const at::Tensor& level, int64_t from) {
  const auto add = Dense(level, "a deepstack level");
  TORCH_CHECK_VALUE(level.dim() == 2 && level.size(0) == rows.numel() && level.size(1) == s.hidden, "a deepstack level ", level.sizes(), " must be [", rows.numel(),
                    ", ", s.hidden, "]");
  const int64_t* places = rows.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows.numel(); ++i) {
    const int64_t row = places[i];
    TORCH_CHECK_INDEX(row >= 0 && row < stream.rows, "deepstack row ", row, " is not one of ", stream.rows);
    if (row < from) continue;
    float* x = stream.x + row * stream.width;
    const float* y = add + i * s.hidden;
    for (int64_t j = 0; j < s.hidden; ++j) x[j] += y[j];
  }
}

// x [rows, hidden]; row r stands in slot slots[r] (ascending; first + r without a list), reads every slot up to its own, and has its
// rotated keys and its values written there. Returns the residual stream of the rows from output_from on, normalised on request.
at::Tensor Decoder(const at::Tensor& packed, at::IntArrayRef sizes, double epsilon, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                   at::TensorList keys, at::TensorList values, int64_t first, const OptionalTensor& slots, const OptionalTensor& deepstack_rows,
                   at::TensorList deepstack, int64_t output_from, bool norm, at::IntArrayRef capture, int64_t capture_from, const OptionalTensor& captured,
                   const OptionalTensor& kept) {
  const Shape s(sizes, epsilon);
  const int64_t rows = x.size(0);
  TORCH_CHECK_VALUE(x.dim() == 2 && x.size(1) == s.hidden && rows > 0, "x ", x.sizes(), " must be [rows, ", s.hidden, "]");
  TORCH_CHECK_VALUE(cos.dim() == 2 && cos.size(0) == rows && cos.size(1) == s.d && sin.sizes() == cos.sizes(), "rotary tables ", cos.sizes(), " and ",
                    sin.sizes(), " must be [", rows, ", ", s.d, "]");
  TORCH_CHECK_VALUE(static_cast<int64_t>(keys.size()) == s.layers && static_cast<int64_t>(values.size()) == s.layers, "keys of ", keys.size(),
                    " and values of ", values.size(), " layers for ", s.layers);
  TORCH_CHECK_VALUE(output_from >= 0 && output_from < rows, "output from row ", output_from, " of ", rows);
  TORCH_CHECK_VALUE(!slots || (slots->numel() == rows && slots->scalar_type() == at::kLong && slots->is_contiguous()), "slots must be int64 [", rows, "]");
  const int64_t last = slots ? slots->data_ptr<int64_t>()[rows - 1] : first + rows - 1, readable = last + 1;

  Arena size(nullptr, 0);
  DecoderSpaces(s, rows, readable, at::get_num_threads(), size, KeySpaces());
  Arena arena = Reserve(size.used());
  DecoderSpaces space(s, rows, readable, at::get_num_threads(), arena, KeySpaces());
  auto& stream = space.stream;
  for (int64_t r = 0; r < rows; ++r) {
    space.slots[r] = slots ? slots->data_ptr<int64_t>()[r] : first + r;
    TORCH_CHECK_VALUE(space.slots[r] >= 0 && (r == 0 || space.slots[r] > space.slots[r - 1]), "slots must ascend, slot ", space.slots[r], " of row ", r, " does not");
  }
  const float *in = Dense(x, "x"), *cosines = Dense(cos, "cos"), *sines = Dense(sin, "sin");
  for (int64_t r = 0; r < rows; ++r) std::memcpy(stream.x + r * stream.width, in + r * s.hidden, s.hidden * sizeof(float));
  float* keep = kept ? const_cast<float*>(Dense(*kept, "kept")) : nullptr;
  TORCH_CHECK_VALUE(!kept || kept->numel() == 2 * s.layers * s.kv * rows * s.d, "kept must be [2, layers, kv heads, rows, head dimension]");
  TORCH_CHECK_VALUE(capture.empty() || (captured && captured->numel() == (rows - capture_from) * s.hidden * static_cast<int64_t>(capture.size())),
                    "captured must be [", rows - capture_from, ", ", capture.size(), " * hidden]");

  Arena weights(const_cast<float*>(Dense(packed, "the packed weights")), packed.numel());
  for (int64_t i = 0; i < s.layers; ++i) {
    const Layer layer(s, weights);
    const Cache k(keys[i], s.kv, s.d, readable, "keys"), v(values[i], s.kv, s.d, readable, "values");
    const int64_t from = i == s.layers - 1 ? output_from : 0, count = rows - from, group = s.heads / s.kv, d16 = Padded(s.d);
    stream.Project(s, layer);
    const int64_t kept_layer = s.kv * rows * s.d;
    PlaceHeads({stream.qkv, s.qkv_columns(), s.q_columns(), s.q_columns() + s.kv_columns(), s.kv, group, s.d, d16, layer.q_norm, layer.k_norm, s.epsilon,
                1 / std::sqrt(static_cast<float>(s.d)), cosines, sines, from, count, stream.q, k.data, v.data, k.head, k.row, v.head, v.row, space.slots,
                keep ? keep + i * kept_layer : nullptr, keep ? keep + (s.layers + i) * kept_layer : nullptr, rows * s.d},
               rows);
    const auto attend = Kernels().attention;
    Share(s.kv, count * s.heads * readable * s.d * 2, [&](int64_t begin, int64_t end) {
      const int64_t row = Padded(readable);
      for (int64_t g = begin; g < end; ++g) {
        const auto run = Prepare(space.heads[g], k.data + g * k.head, k.row, v.data + g * v.head, v.row, readable, s.d);
        const Attention a{stream.q + g * count * group * d16, count, group, s.d, d16, {run, run}, 1, space.slots + from,
                          space.scores + at::get_thread_num() * ScoreSize(row, s.d), row, stream.attended + g * group * s.d, s.q_columns()};
        attend(&a);
      }
    });
    stream.Complete(s, layer, from);
    if (deepstack_rows && i < static_cast<int64_t>(deepstack.size())) AddDeepstack(s, stream, *deepstack_rows, deepstack[i], from);
    for (size_t c = 0; c < capture.size(); ++c) {
      if (capture[c] != i) continue;
      TORCH_CHECK_VALUE(capture_from >= from, "layer ", i, " has rows from ", from, " on, rows from ", capture_from, " on are to be captured");
      float* to = captured->data_ptr<float>() + c * s.hidden;
      for (int64_t r = capture_from; r < rows; ++r, to += capture.size() * s.hidden) std::memcpy(to, stream.x + r * stream.width, s.hidden * sizeof(float));
    }
  }
  auto result = at::empty({rows - output_from, s.hidden}, x.options());
  float* to = result.data_ptr<float>();
  if (norm) {
    NormRows({stream.x + output_from * stream.width, stream.width, s.hidden, weights.Take(s.hidden), nullptr, s.epsilon, to, s.hidden}, rows - output_from);
  } else {
    for (int64_t r = output_from; r < rows; ++r, to += s.hidden) std::memcpy(to, stream.x + r * stream.width, s.hidden * sizeof(float));
  }
  return result;
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack_decoder(Tensor[] parameters, int[] sizes) -> Tensor", &fd::kernel::PackDecoder);
  library.def(
      "kernel_decoder(Tensor packed, int[] sizes, float eps, Tensor x, Tensor cos, Tensor sin, Tensor[] keys, Tensor[] values, int first, Tensor? slots, "
      "Tensor? deepstack_rows, Tensor[] deepstack, int output_from, bool norm, int[] capture, int capture_from, Tensor(a!)? captured, Tensor(b!)? kept) "
      "-> Tensor",
      &fd::kernel::Decoder);
}
