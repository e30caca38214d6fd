// Packed weights and the product with them.
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

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def("kernel_pack(Tensor weight) -> Tensor", &fd::kernel::PackWeight);
  library.def("kernel_linear(Tensor x, Tensor packed, int out, Tensor? bias) -> Tensor", &fd::kernel::Linear);
  library.def("kernel_limit(int level) -> int", &fd::kernel::LimitLevel);
}
