// silu(gate) * up in one pass, with its derivative.
#include <cstring>

#include "fused.h"

namespace fd::swiglu {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// exp in float, two units in the last place, without a call or a branch: exp(x) = 2^n exp(r), |r| <= ln 2 / 2, and a polynomial
// for exp(r) (the coefficients are Cephes' expf's). NaN stays NaN.
FD_INLINE float Exp(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float n = (x * 1.44269504f + kRound) - kRound;
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

struct Forward {
  static FD_INLINE void Run(const float* __restrict gate, const float* __restrict up, float* __restrict y, int64_t count) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) y[i] = gate[i] / (1.0f + Exp(-gate[i])) * up[i];
  }
};

struct Backward {
  static FD_INLINE void Run(const float* __restrict gate, const float* __restrict up, const float* __restrict g, float* __restrict dgate,
                            float* __restrict dup, int64_t count) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) {
      const float sigmoid = 1.0f / (1.0f + Exp(-gate[i]));
      dgate[i] = g[i] * up[i] * sigmoid * (1.0f + gate[i] * (1.0f - sigmoid));
      dup[i] = g[i] * gate[i] * sigmoid;
    }
  }
};

constexpr int64_t kGrain = 1 << 14;

at::Tensor Compute(const at::Tensor& gate, const at::Tensor& up) {
  auto y = at::empty(gate.sizes(), gate.options());
  const float *g = gate.data_ptr<float>(), *u = up.data_ptr<float>();
  float* out = y.data_ptr<float>();
  at::parallel_for(0, y.numel(), kGrain, [&](int64_t begin, int64_t end) { fd::Run<Forward>(g + begin, u + begin, out + begin, end - begin); });
  return y;
}

struct Function : torch::autograd::Function<Function> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& up) {
    context->save_for_backward({gate, up});
    return Compute(gate, up);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    fd::RefuseSecondDerivative("swiglu");
    const auto saved = context->get_saved_variables();
    const auto from = gradients[0].contiguous();
    auto dgate = at::empty(from.sizes(), from.options()), dup = at::empty(from.sizes(), from.options());
    const float *gate = saved[0].data_ptr<float>(), *up = saved[1].data_ptr<float>(), *g = from.data_ptr<float>();
    float *to_gate = dgate.data_ptr<float>(), *to_up = dup.data_ptr<float>();
    at::parallel_for(0, from.numel(), kGrain, [&](int64_t begin, int64_t end) {
      fd::Run<Backward>(gate + begin, up + begin, g + begin, to_gate + begin, to_up + begin, end - begin);
    });
    return {dgate, dup};
  }
};

}  // namespace
}  // namespace fd::swiglu

at::Tensor fd::Swiglu(const at::Tensor& gate, const at::Tensor& up) {
  using namespace fd::swiglu;
  TORCH_CHECK_VALUE(gate.sizes() == up.sizes(), "gate ", gate.sizes(), " and up ", up.sizes(), " differ in shape");
  if (!fd::IsFast({gate, up})) return at::silu(gate) * up;
  const auto dense_gate = gate.contiguous(), dense_up = up.contiguous();
  if (fd::NeedsGraph({gate, up})) return Function::apply(dense_gate, dense_up);
  return Compute(dense_gate, dense_up);
}

TORCH_LIBRARY_FRAGMENT(flashdrive, library) { library.def("swiglu(Tensor gate, Tensor up) -> Tensor", &fd::Swiglu); }
