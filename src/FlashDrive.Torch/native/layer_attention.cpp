// Attention products. One product per key/value head serves its whole group of query heads.
#include "layers.h"

namespace fd {
namespace {

// [batch, rows, heads, width] -> [batch kv, group rows, width].
at::Tensor Grouped(const at::Tensor& q, int64_t kv) {
  return q.transpose(1, 2).reshape({q.size(0) * kv, q.size(2) / kv * q.size(1), q.size(3)});
}

// Scaled scores [n, rows, keys] plus the mask.
at::Tensor Scores(const at::Tensor& q, const at::Tensor& k, const OptionalTensor& mask) {
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
  const auto transposed = k.transpose(1, 2);
  return mask ? at::baddbmm(*mask, q, transposed, 1, scale) : at::mul(at::bmm(q, transposed), scale);
}

// [contexts samples kv, grouped, last] -> [contexts kv, samples grouped, last]; no copy for one sample.
at::Tensor ToContexts(const at::Tensor& x, int64_t contexts, int64_t samples, int64_t kv) {
  return x.reshape({contexts, samples, kv, x.size(1), x.size(2)}).transpose(1, 2).reshape({contexts * kv, samples * x.size(1), x.size(2)});
}

at::Tensor ToSamples(const at::Tensor& x, int64_t contexts, int64_t samples, int64_t kv) {
  const int64_t grouped = x.size(1) / samples;
  return x.reshape({contexts, kv, samples, grouped, x.size(2)}).transpose(1, 2).reshape({contexts * samples * kv, grouped, x.size(2)});
}

// One softmax over a context shared by samples and each sample's own keys. The context is not copied per sample: all samples of a
// context multiply it in one product, and each multiplies its own keys in another.
// q [contexts samples, rows, heads, width], own [contexts samples, rows, kv, width], context [contexts, kv, keys, width],
// mask [contexts kv, 1, keys] over the context.
at::Tensor CrossAttention(const at::Tensor& q, const at::Tensor& own_k, const at::Tensor& own_v, const at::Tensor& context_k, const at::Tensor& context_v,
                          const OptionalTensor& mask) {
  const int64_t n = q.size(0), rows = q.size(1), heads = q.size(2), width = q.size(3);
  const int64_t contexts = context_k.size(0), kv = context_k.size(1), keys = context_k.size(2), samples = n / contexts;
  const auto per_sample = Grouped(q, kv);
  const auto context_scores = Scores(ToContexts(per_sample, contexts, samples, kv), context_k.reshape({contexts * kv, keys, width}), mask);
  const auto k = own_k.transpose(1, 2).reshape({n * kv, rows, width});
  const auto v = own_v.transpose(1, 2).reshape({n * kv, rows, width});
  const auto weights = at::softmax(at::cat({ToSamples(context_scores, contexts, samples, kv), Scores(per_sample, k, {})}, -1), -1);
  const auto context_weights = ToContexts(weights.narrow(-1, 0, keys), contexts, samples, kv);
  const auto from_context = at::bmm(context_weights, context_v.reshape({contexts * kv, keys, width}));
  const auto mixed = at::baddbmm(ToSamples(from_context, contexts, samples, kv), weights.narrow(-1, keys, rows), v);
  return mixed.view({n, heads, rows, width}).transpose(1, 2).reshape({n, rows, heads * width});
}

}  // namespace

at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const OptionalTensor& mask) {
  const int64_t batch = q.size(0), rows = q.size(1), heads = q.size(2), width = q.size(3), kv = k.size(1), keys = k.size(2);
  const auto scores = Scores(Grouped(q, kv), k.reshape({batch * kv, keys, width}), mask);
  const auto mixed = at::bmm(at::softmax(scores, -1), v.reshape({batch * kv, keys, width}));
  return mixed.view({batch, heads, rows, width}).transpose(1, 2).reshape({batch, rows, heads * width});
}

}  // namespace fd

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("attention(Tensor q, Tensor k, Tensor v, Tensor? mask) -> Tensor", &fd::Attention);
  library.def(
      "cross_attention(Tensor q, Tensor own_keys, Tensor own_values, Tensor context_keys, Tensor context_values, Tensor? mask) -> Tensor",
      &fd::CrossAttention);
}
