// Packed weights and the product with them.
#include <cmath>

#include <ATen/Functions.h>
#include <torch/library.h>

#include "kernels.h"
#include "layers.h"

namespace fd::kernel {
namespace {

at::Tensor PackWeight(const at::Tensor& weight) {
  TORCH_CHECK_VALUE(weight.dim() == 2, "a weight [out, in] is packed, not ", weight.sizes());
  const auto dense = weight.detach().contiguous();
  const float* from = Dense(dense, "the weight");
  auto packed = at::empty({Padded(weight.size(0)) / kPanel, weight.size(1), kPanel}, dense.options());
  Pack(from, weight.size(0), weight.size(1), packed.data_ptr<float>());
  return packed;
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& packed, int64_t out, const OptionalTensor& bias) {
  TORCH_CHECK_VALUE(packed.dim() == 3 && packed.size(2) == kPanel && x.dim() >= 1 && x.size(-1) == packed.size(1) && out <= packed.size(0) * kPanel &&
                        out > (packed.size(0) - 1) * kPanel,
                    "x ", x.sizes(), " and ", out, " outputs do not fit packed weights ", packed.sizes());
  const auto dense = x.contiguous();
  const float *rows = Dense(dense, "x"), *panels = Dense(packed, "the packed weights");
  auto sizes = x.sizes().vec();
  sizes.back() = out;
  auto y = at::empty(sizes, x.options());
  at::Tensor padded;
  if (bias) {
    padded = at::zeros({packed.size(0) * kPanel}, x.options());
    padded.narrow(0, 0, out).copy_(*bias);
  }
  const int64_t in = packed.size(1);
  Multiply({rows, in, in ? x.numel() / in : 0, panels, in, out, y.data_ptr<float>(), out,
            bias ? padded.data_ptr<float>() : nullptr});
  return y;
}

// Multiply-adds in registers, as many operations as returned.
int64_t MultiplyAddOperations(int64_t rounds) {
  int64_t operations = 0;
  const float result = Kernels().multiply_add_peak(rounds, 0.5f, &operations);
  TORCH_CHECK(result == result, "multiply-adds of finite numbers gave NaN");
  return operations;
}

// Sum of all elements, each read once.
double ReadOnce(const at::Tensor& data) { return Kernels().read_peak(Dense(data, "the data"), data.numel()); }

// Attention alone, for checks: q [rows, heads, d], keys and values [kv heads, slots, d]; row r reads slots up to first + r.
at::Tensor AttendTo(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t first) {
  const int64_t rows = q.size(0), heads = q.size(1), d = q.size(2), kv = k.size(0), readable = first + rows, group = heads / kv, d16 = Padded(d);
  TORCH_CHECK_VALUE(heads % kv == 0 && k.size(1) >= readable && k.size(2) == d && v.sizes() == k.sizes(), "queries ", q.sizes(), " behind slot ", first,
                    " do not fit keys ", k.sizes(), " and values ", v.sizes());
  const float *queries = Dense(q, "q"), *keys = Dense(k, "keys"), *values = Dense(v, "values");
  const auto lay = [&](Arena& arena, float*& scaled, int64_t*& slots, KeySpace& space, float*& scores) {
    scaled = arena.Take(rows * group * d16);
    slots = reinterpret_cast<int64_t*>(arena.Take(2 * rows));
    space = TakeKeys(arena, readable, d);
    scores = arena.Take(kMostTileRows * (Padded(readable) + d16));
  };
  float *scaled, *scores;
  int64_t* slots;
  KeySpace space;
  Arena size(nullptr, 0);
  lay(size, scaled, slots, space, scores);
  Arena arena = Reserve(size.used());
  lay(arena, scaled, slots, space, scores);
  auto out = at::empty({rows, heads * d}, q.options());
  const float scale = 1 / std::sqrt(static_cast<float>(d));
  for (int64_t r = 0; r < rows; ++r) slots[r] = first + r;
  for (int64_t g = 0; g < kv; ++g) {
    for (int64_t r = 0; r < rows * group; ++r)
      for (int64_t i = 0; i < d; ++i) scaled[r * d16 + i] = queries[(r / group * heads + g * group + r % group) * d + i] * scale;
    const int64_t head = g * k.size(1) * d;
    const auto run = Prepare(space, keys + head, d, values + head, d, readable, d);
    const Attention a{scaled, rows, group, d, d16, {run, run}, 1, slots, scores, Padded(readable), out.data_ptr<float>() + g * group * d, heads * d};
    Kernels().attention(&a);
  }
  return out;
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack(Tensor weight) -> Tensor", &fd::kernel::PackWeight);
  library.def("kernel_linear(Tensor x, Tensor packed, int out, Tensor? bias) -> Tensor", &fd::kernel::Linear);
  library.def("kernel_multiply_add(int rounds) -> int", &fd::kernel::MultiplyAddOperations);
  library.def("kernel_read(Tensor data) -> float", &fd::kernel::ReadOnce);
  library.def("kernel_attention(Tensor q, Tensor keys, Tensor values, int first) -> Tensor", &fd::kernel::AttendTo);
  library.def("kernel_limit(int level) -> int", &fd::kernel::LimitLevel);
}
