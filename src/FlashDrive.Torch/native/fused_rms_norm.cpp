// y = x / sqrt(mean(x^2) + eps) * weight over the last dimension, in one pass, with its derivative.
#include "fused.h"

namespace fd::rms_norm {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Forward {
  static FD_INLINE void Run(const float* __restrict x, const float* __restrict weight, float* __restrict y, float* __restrict inverse, int64_t rows,
                            int64_t width, float epsilon) {
    for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
      float squares = 0;
#pragma omp simd reduction(+ : squares)
      for (int64_t i = 0; i < width; ++i) squares += x[i] * x[i];
      const float scale = 1 / std::sqrt(squares / static_cast<float>(width) + epsilon);
      if (inverse) inverse[row] = scale;
#pragma omp simd
      for (int64_t i = 0; i < width; ++i) y[i] = x[i] * scale * weight[i];
    }
  }
};

// dx = s (w g - x s^2 mean(w g x)); dw += g x s.
struct Backward {
  static FD_INLINE void Run(const float* __restrict x, const float* __restrict weight, const float* __restrict inverse, const float* __restrict g,
                            float* __restrict dx, float* __restrict dw, int64_t rows, int64_t width) {
    for (int64_t row = 0; row < rows; ++row, x += width, g += width, dx += width) {
      float dot = 0;
#pragma omp simd reduction(+ : dot)
      for (int64_t i = 0; i < width; ++i) dot += g[i] * weight[i] * x[i];
      const float scale = inverse[row];
      const float pull = dot * scale * scale * scale / static_cast<float>(width);
#pragma omp simd
      for (int64_t i = 0; i < width; ++i) {
        dx[i] = g[i] * weight[i] * scale - x[i] * pull;
        dw[i] += g[i] * x[i] * scale;
      }
    }
  }
};

// Rows whose weight gradient is summed at once: fixed, so that the order of the sum does not depend on the thread count.
constexpr int64_t kBlock = 64;

at::Tensor Compute(const at::Tensor& x, const at::Tensor& weight, double epsilon, at::Tensor* inverse) {
  const int64_t width = x.size(-1), rows = width ? x.numel() / width : 0;
  auto y = at::empty(x.sizes(), x.options());
  if (inverse) *inverse = at::empty({rows}, x.options());
  const float *in = x.data_ptr<float>(), *w = weight.data_ptr<float>();
  float *out = y.data_ptr<float>(), *scale = inverse ? inverse->data_ptr<float>() : nullptr;
  at::parallel_for(0, rows, fd::Grain(width), [&](int64_t begin, int64_t end) {
    fd::Run<Forward>(in + begin * width, w, out + begin * width, scale ? scale + begin : nullptr, end - begin, width, static_cast<float>(epsilon));
  });
  return y;
}

struct Function : torch::autograd::Function<Function> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    at::Tensor inverse;
    auto y = Compute(x, weight, epsilon, &inverse);
    context->save_for_backward({x, weight, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    fd::RefuseSecondDerivative("rms_norm");
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &inverse = saved[2];
    const auto g = gradients[0].contiguous();
    const int64_t width = x.size(-1), rows = inverse.numel(), blocks = (rows + kBlock - 1) / kBlock;
    auto dx = at::empty(x.sizes(), x.options());
    auto partial = at::zeros({blocks, width}, x.options());
    const float *in = x.data_ptr<float>(), *w = weight.data_ptr<float>(), *scale = inverse.data_ptr<float>(), *from = g.data_ptr<float>();
    float *to = dx.data_ptr<float>(), *dw = partial.data_ptr<float>();
    at::parallel_for(0, blocks, std::max<int64_t>(1, fd::Grain(width) / kBlock), [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        const int64_t row = block * kBlock, at = row * width;
        fd::Run<Backward>(in + at, w, scale + row, from + at, to + at, dw + block * width, std::min(kBlock, rows - row), width);
      }
    });
    return {dx, partial.sum(0), at::Tensor()};
  }
};

at::Tensor Compose(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const auto wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  return (wide * (wide.square().mean(-1, true) + epsilon).rsqrt()).to(x.scalar_type()) * weight;
}

}  // namespace
}  // namespace fd::rms_norm

at::Tensor fd::RmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  using namespace fd::rms_norm;
  TORCH_CHECK_VALUE(x.dim() >= 1 && weight.dim() == 1 && weight.size(0) == x.size(-1), "the weight ", weight.sizes(),
                    " does not fit the last dimension of ", x.sizes());
  if (!fd::IsFast({x, weight})) return Compose(x, weight, epsilon);
  const auto dense = x.contiguous();
  const auto scale = weight.contiguous();
  if (fd::NeedsGraph({x, weight})) return Function::apply(dense, scale, epsilon);
  return Compute(dense, scale, epsilon, nullptr);
}

TORCH_LIBRARY_FRAGMENT(flashdrive, library) { library.def("rms_norm(Tensor x, Tensor weight, float eps) -> Tensor", &fd::RmsNorm); }
