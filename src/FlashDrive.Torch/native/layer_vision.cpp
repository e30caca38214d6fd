// The vision tower's blocks and patch mergers.
#include "layers.h"

namespace fd::vision {
namespace {

constexpr double kEpsilon = 1e-6;

// q and k rotate in float32 whatever the type.
at::Tensor Rotated(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  return fd::Cast(fd::Rotate(fd::Cast(x, at::kFloat), cos, sin), x.scalar_type());
}

// x [images, patches, hidden]: full attention inside one image, tanh-GELU MLP.
at::Tensor Block(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& norm1, const at::Tensor& norm1_bias,
                 const at::Tensor& qkv_weight, const at::Tensor& qkv_bias, const at::Tensor& proj, const at::Tensor& proj_bias, const at::Tensor& norm2,
                 const at::Tensor& norm2_bias, const at::Tensor& fc1, const at::Tensor& fc1_bias, const at::Tensor& fc2, const at::Tensor& fc2_bias,
                 int64_t heads) {
  const auto normed = fd::LayerNorm(x, norm1, norm1_bias, kEpsilon);
  const auto qkv = fd::Linear(normed, qkv_weight, qkv_bias).view({x.size(0), x.size(1), 3, heads, -1});
  const auto q = Rotated(qkv.select(2, 0), cos, sin), k = Rotated(qkv.select(2, 1), cos, sin);
  const auto attended = fd::Attention(q, k.transpose(1, 2), qkv.select(2, 2).transpose(1, 2), {});
  const auto y = at::add(x, fd::Linear(attended, proj, proj_bias));
  const auto wide = fd::Linear(fd::LayerNorm(y, norm2, norm2_bias, kEpsilon), fc1, fc1_bias);
  return at::add(y, fd::Linear(at::gelu(wide, "tanh"), fc2, fc2_bias));
}

// [.., patches, hidden] -> [patches / (width / hidden), out]; the norm stands before or after the regrouping.
at::Tensor Merge(const at::Tensor& x, const at::Tensor& norm, const at::Tensor& norm_bias, const at::Tensor& fc1, const at::Tensor& fc1_bias,
                 const at::Tensor& fc2, const at::Tensor& fc2_bias, int64_t width, bool norm_after) {
  const auto rows = norm_after ? fd::LayerNorm(x.reshape({-1, width}), norm, norm_bias, kEpsilon)
                               : fd::LayerNorm(x, norm, norm_bias, kEpsilon).reshape({-1, width});
  return fd::Linear(at::gelu(fd::Linear(rows, fc1, fc1_bias)), fc2, fc2_bias);
}

}  // namespace
}  // namespace fd::vision

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def(
      "vision_block(Tensor x, Tensor cos, Tensor sin, Tensor norm1, Tensor norm1_bias, Tensor qkv, Tensor qkv_bias, Tensor proj, Tensor proj_bias, "
      "Tensor norm2, Tensor norm2_bias, Tensor fc1, Tensor fc1_bias, Tensor fc2, Tensor fc2_bias, int heads) -> Tensor",
      &fd::vision::Block);
  library.def(
      "patch_merger(Tensor x, Tensor norm, Tensor norm_bias, Tensor fc1, Tensor fc1_bias, Tensor fc2, Tensor fc2_bias, int width, bool norm_after) -> "
      "Tensor",
      &fd::vision::Merge);
}
