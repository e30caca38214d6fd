// Rotary position embedding, x cos + [-x2, x1] sin over the halves of the last dimension (Su et al., "RoFormer", 2021), with its
// derivative with respect to x. Strided inputs and broadcast tables are read where they lie.
#include "fused.h"

namespace fd::rotary {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kMaxDims = 8;

// The rows (all dimensions but the last) of the output in order, and where the row starts in x and in the tables.
struct Rows {
  int64_t dims = 0;
  int64_t sizes[kMaxDims], x_strides[kMaxDims], cos_strides[kMaxDims], sin_strides[kMaxDims];
};

// y1 = x1 c1 - x2 s1, y2 = x2 c2 + x1 s2; the derivative is the transpose: d1 = g1 c1 + g2 s2, d2 = g2 c2 - g1 s1.
template <bool kTranspose>
struct Rotate {
  static FD_INLINE void Run(const Rows* rows, const float* x, const float* cos, const float* sin, float* y, int64_t begin, int64_t end, int64_t width) {
    const int64_t half = width / 2;
    int64_t index[kMaxDims] = {}, at_x = 0, at_cos = 0, at_sin = 0;
    for (int64_t d = rows->dims - 1, rest = begin; d >= 0; --d) {
      index[d] = rest % rows->sizes[d];
      rest /= rows->sizes[d];
      at_x += index[d] * rows->x_strides[d];
      at_cos += index[d] * rows->cos_strides[d];
      at_sin += index[d] * rows->sin_strides[d];
    }
    for (int64_t row = begin; row < end; ++row) {
      const float *__restrict a = x + at_x, *__restrict c = cos + at_cos, *__restrict s = sin + at_sin;
      float* __restrict out = y + row * width;
#pragma omp simd
      for (int64_t i = 0; i < half; ++i) {
        const float first = a[i], second = a[i + half];
        out[i] = kTranspose ? first * c[i] + second * s[i + half] : first * c[i] - second * s[i];
        out[i + half] = kTranspose ? second * c[i + half] - first * s[i] : second * c[i + half] + first * s[i + half];
      }
      for (int64_t d = rows->dims - 1; d >= 0; --d) {
        at_x += rows->x_strides[d];
        at_cos += rows->cos_strides[d];
        at_sin += rows->sin_strides[d];
        if (++index[d] < rows->sizes[d]) break;
        at_x -= rows->sizes[d] * rows->x_strides[d];
        at_cos -= rows->sizes[d] * rows->cos_strides[d];
        at_sin -= rows->sizes[d] * rows->sin_strides[d];
        index[d] = 0;
      }
    }
  }
};

at::Tensor DenseInLast(const at::Tensor& t) { return t.stride(-1) == 1 ? t : t.contiguous(); }

template <bool kTranspose>
at::Tensor Compute(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  auto y = at::empty(x.sizes(), x.options());
  if (y.numel() == 0) return y;
  // A table of one column would broadcast within the row; the kernel wants it spelt out.
  const auto in = DenseInLast(x), c = DenseInLast(cos.expand(x.sizes())), s = DenseInLast(sin.expand(x.sizes()));
  Rows rows;
  rows.dims = x.dim() - 1;
  for (int64_t d = 0; d < rows.dims; ++d) {
    rows.sizes[d] = x.size(d);
    rows.x_strides[d] = in.stride(d);
    rows.cos_strides[d] = c.stride(d);
    rows.sin_strides[d] = s.stride(d);
  }
  const int64_t width = x.size(-1);
  const float *from = in.data_ptr<float>(), *cosines = c.data_ptr<float>(), *sines = s.data_ptr<float>();
  float* to = y.data_ptr<float>();
  at::parallel_for(0, x.numel() / width, fd::Grain(width), [&](int64_t begin, int64_t end) {
    fd::Run<Rotate<kTranspose>>(static_cast<const Rows*>(&rows), from, cosines, sines, to, begin, end, width);
  });
  return y;
}

struct Function : torch::autograd::Function<Function> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    context->save_for_backward({cos, sin});
    return Compute<false>(x, cos, sin);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    fd::RefuseSecondDerivative("rotary");
    const auto saved = context->get_saved_variables();
    return {Compute<true>(gradients[0], saved[0], saved[1]), at::Tensor(), at::Tensor()};
  }
};

at::Tensor Compose(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const int64_t half = x.size(-1) / 2;
  return x * cos + at::cat({-x.narrow(-1, half, half), x.narrow(-1, 0, half)}, -1) * sin;
}

}  // namespace
}  // namespace fd::rotary

void fd::RotateRows(const float* x, const float* cos, const float* sin, float* y, int64_t rows, int64_t width) {
  fd::rotary::Rows dense;
  dense.dims = 1;
  dense.sizes[0] = rows;
  dense.x_strides[0] = dense.cos_strides[0] = dense.sin_strides[0] = width;
  fd::Run<fd::rotary::Rotate<false>>(static_cast<const fd::rotary::Rows*>(&dense), x, cos, sin, y, static_cast<int64_t>(0), rows, width);
}

at::Tensor fd::Rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  using namespace fd::rotary;
  TORCH_CHECK_VALUE(x.dim() >= 1 && x.size(-1) % 2 == 0, "the last dimension of ", x.sizes(), " has no two halves");
  for (const auto* table : {&cos, &sin}) {
    bool fits = table->dim() <= x.dim();
    for (int64_t d = 1; fits && d <= table->dim(); ++d) fits = table->size(-d) == x.size(-d) || table->size(-d) == 1;
    TORCH_CHECK_VALUE(fits, "the table ", table->sizes(), " does not broadcast to ", x.sizes());
  }
  // A derivative with respect to the tables is the composition's business.
  if (!fd::IsFast({x, cos, sin}) || fd::NeedsGraph({cos, sin}) || x.dim() > kMaxDims) return Compose(x, cos, sin);
  if (fd::NeedsGraph({x})) return Function::apply(x, cos, sin);
  return Compute<false>(x, cos, sin);
}

TORCH_LIBRARY_FRAGMENT(flashdrive, library) { library.def("rotary(Tensor x, Tensor cos, Tensor sin) -> Tensor", &fd::Rotary); }
