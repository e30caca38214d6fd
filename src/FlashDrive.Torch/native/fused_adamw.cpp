// One AdamW step over all parameters of a model: gradient norm, clipping, moments and update in two passes over the memory.
// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
#include <cmath>
#include <type_traits>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "multiversion.h"

namespace fd::adamw {
namespace {

// 1.13 has its own optional, 2.x takes std's.
using OptionalTensor = typename decltype(std::declval<const c10::IValue&>().toOptionalTensorVector())::value_type;

// Work is cut into pieces of this many elements, so that sums are formed in the same order whatever the thread count.
constexpr int64_t kPiece = 1 << 14;

struct Piece {
  float* parameter;
  const float* gradient;
  float* first;
  float* second;
  int64_t count;
  float step_size;  // learning rate / bias correction of the first moment
  float decay;      // 1 - learning rate * weight decay
};

struct SquareSum {
  static FD_INLINE double Run(const float* x, int64_t count) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * x[i];
    return sum;
  }
};

struct Update {
  static FD_INLINE void Run(const Piece* piece, float clip, float beta1, float beta2, float root_correction, float epsilon) {
    float* __restrict p = piece->parameter;
    const float* __restrict g = piece->gradient;
    float* __restrict m = piece->first;
    float* __restrict v = piece->second;
    const float step_size = piece->step_size, decay = piece->decay;
#pragma omp simd
    for (int64_t i = 0; i < piece->count; ++i) {
      const float gradient = g[i] * clip;
      const float first = m[i] + (1 - beta1) * (gradient - m[i]);
      const float second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      m[i] = first;
      v[i] = second;
      p[i] = p[i] * decay - step_size * first / (std::sqrt(second) * root_correction + epsilon);
    }
  }
};

void CheckTensor(const at::Tensor& t, const at::Tensor& parameter, const char* what, size_t place) {
  TORCH_CHECK_VALUE(t.device().is_cpu() && t.scalar_type() == at::kFloat, what, " ", place, " is ", t.toString(), ", not a float32 CPU tensor");
  TORCH_CHECK_VALUE(t.sizes() == parameter.sizes(), what, " ", place, " has shape ", t.sizes(), ", its parameter ", parameter.sizes());
}

double Adamw(at::TensorList parameters, const c10::List<OptionalTensor>& gradients, at::TensorList first, at::TensorList second, int64_t step,
             double learning_rate, double beta1, double beta2, double epsilon, double max_norm, at::ArrayRef<double> scales,
             at::ArrayRef<double> decays) {
  const auto count = parameters.size();
  TORCH_CHECK_VALUE(gradients.size() == count && first.size() == count && second.size() == count, count, " parameters with ", gradients.size(),
                    " gradients and ", first.size(), " and ", second.size(), " moments");
  TORCH_CHECK_VALUE(scales.empty() || scales.size() == count, count, " parameters with ", scales.size(), " learning-rate scales");
  TORCH_CHECK_VALUE(decays.empty() || decays.size() == count, count, " parameters with ", decays.size(), " weight decays");
  TORCH_CHECK_VALUE(step >= 1, "steps count from 1, got ", step);

  const double correction = 1 - std::pow(beta1, static_cast<double>(step));
  std::vector<at::Tensor> held;  // gradients made dense
  held.reserve(count);
  std::vector<Piece> pieces;
  for (size_t i = 0; i < count; ++i) {
    const OptionalTensor maybe = gradients.get(i);
    if (!maybe || !maybe->defined()) continue;
    const auto& p = parameters[i];
    CheckTensor(p, p, "parameter", i);
    CheckTensor(*maybe, p, "gradient", i);
    CheckTensor(first[i], p, "first moment", i);
    CheckTensor(second[i], p, "second moment", i);
    TORCH_CHECK_VALUE(p.is_contiguous() && first[i].is_contiguous() && second[i].is_contiguous(), "parameter ", i, " or its moments are not contiguous");
    held.push_back(maybe->contiguous());
    const double rate = learning_rate * (scales.empty() ? 1 : scales[i]);
    const Piece whole{p.data_ptr<float>(), held.back().data_ptr<float>(), first[i].data_ptr<float>(), second[i].data_ptr<float>(), p.numel(),
                      static_cast<float>(rate / correction), static_cast<float>(1 - rate * (decays.empty() ? 0 : decays[i]))};
    for (int64_t at = 0; at < whole.count; at += kPiece) {
      pieces.push_back({whole.parameter + at, whole.gradient + at, whole.first + at, whole.second + at, std::min(kPiece, whole.count - at),
                        whole.step_size, whole.decay});
    }
  }

  const auto total = static_cast<int64_t>(pieces.size());
  std::vector<double> sums(pieces.size());
  at::parallel_for(0, total, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) sums[i] = fd::Run<SquareSum>(pieces[i].gradient, pieces[i].count);
  });
  double squares = 0;
  for (const double sum : sums) squares += sum;
  const double norm = std::sqrt(squares);
  // The caller sees it in the norm; a step from such gradients would destroy parameters and moments for good.
  if (!std::isfinite(norm)) return norm;

  const float clip = static_cast<float>(norm > max_norm ? max_norm / norm : 1);
  const float root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, static_cast<double>(step))));
  at::parallel_for(0, total, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      fd::Run<Update>(static_cast<const Piece*>(&pieces[i]), clip, static_cast<float>(beta1), static_cast<float>(beta2), root_correction,
                      static_cast<float>(epsilon));
    }
  });
  for (size_t i = 0; i < count; ++i) {
    const OptionalTensor maybe = gradients.get(i);
    // A graph that saved the parameter must notice that it changed.
    if (maybe && maybe->defined() && !parameters[i].is_inference()) parameters[i].unsafeGetTensorImpl()->bump_version();
  }
  return norm;
}

}  // namespace
}  // namespace fd::adamw

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def(
      "adamw_(Tensor[] parameters, Tensor?[] gradients, Tensor[] first, Tensor[] second, int step, float learning_rate, float beta1, "
      "float beta2, float epsilon, float max_norm, float[] scales, float[] decays) -> float",
      &fd::adamw::Adamw);
}
