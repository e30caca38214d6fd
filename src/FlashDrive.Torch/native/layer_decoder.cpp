// A decoder layer before and after its attention product.
#include <tuple>

#include "layers.h"

namespace fd::decoder {
namespace {

// x [batch, rows, hidden] -> rotated queries, keys before and after rotation, values, each [batch, rows, heads, width].
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> Project(const at::Tensor& x, const at::Tensor& norm, const at::Tensor& q_weight,
                                                                   const at::Tensor& k_weight, const at::Tensor& v_weight, const at::Tensor& q_norm,
                                                                   const at::Tensor& k_norm, const at::Tensor& cos, const at::Tensor& sin, int64_t width,
                                                                   double epsilon) {
  const int64_t batch = x.size(0), rows = x.size(1);
  const auto normed = fd::RmsNorm(x, norm, epsilon);
  const auto q = fd::RmsNorm(fd::Linear(normed, q_weight).view({batch, rows, -1, width}), q_norm, epsilon);
  const auto k = fd::RmsNorm(fd::Linear(normed, k_weight).view({batch, rows, -1, width}), k_norm, epsilon);
  auto v = fd::Linear(normed, v_weight).view({batch, rows, -1, width});
  return {fd::Rotate(q, cos, sin), k, fd::Rotate(k, cos, sin), std::move(v)};
}

// The attention's output and the gated MLP added to the residual stream x.
at::Tensor Complete(const at::Tensor& x, const at::Tensor& attended, const at::Tensor& o, const at::Tensor& norm, const at::Tensor& gate, const at::Tensor& up,
                    const at::Tensor& down, double epsilon) {
  const auto y = at::add(x, fd::Linear(attended, o));
  const auto normed = fd::RmsNorm(y, norm, epsilon);
  return at::add(y, fd::Linear(fd::Swiglu(fd::Linear(normed, gate), fd::Linear(normed, up)), down));
}

}  // namespace
}  // namespace fd::decoder

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def(
      "decoder_project(Tensor x, Tensor norm, Tensor q, Tensor k, Tensor v, Tensor q_norm, Tensor k_norm, Tensor cos, Tensor sin, int width, "
      "float eps) -> (Tensor, Tensor, Tensor, Tensor)",
      &fd::decoder::Project);
  library.def(
      "decoder_complete(Tensor x, Tensor attended, Tensor o, Tensor norm, Tensor gate, Tensor up, Tensor down, float eps) -> Tensor",
      &fd::decoder::Complete);
}
