#include <cstring>

#include "kernel_attention.h"
#include "kernel_peak.h"
#include "kernel_product.h"
#include "kernel_rows.h"

namespace fd::kernel {
namespace {

thread_local int64_t limit = static_cast<int64_t>(CpuLevel::kAvx512);

int64_t Level() { return std::min(limit, static_cast<int64_t>(CurrentCpuLevel())); }

template <typename K16, typename K8, typename K4, typename R, typename... A>
void Choose(R (*(&table)[3])(A...)) {
  table[0] = &K4::Run;
#if defined(__x86_64__)
  table[1] = &RunAvx2<K8, A...>;
  table[2] = &RunAvx512<K16, A...>;
#else
  table[1] = table[2] = table[0];
#endif
}

template <template <int> typename Kernel, typename R, typename... A>
void Fill(Table (&tables)[3], R (*Table::*place)(A...)) {
  R (*levels[3])(A...);
  Choose<Kernel<16>, Kernel<8>, Kernel<4>>(levels);
  for (int level = 0; level < 3; ++level) tables[level].*place = levels[level];
}

struct Tables {
  Table level[3];
  Tables() {
    Fill<ProductKernel>(level, &Table::product);
    Fill<NormKernel>(level, &Table::norm);
    Fill<HeadsKernel>(level, &Table::heads);
    Fill<TransposeKernel>(level, &Table::transpose);
    Fill<AttentionKernel>(level, &Table::attention);
    Fill<MultiplyAddPeak>(level, &Table::multiply_add_peak);
    Fill<ReadPeak>(level, &Table::read_peak);
  }
};

}  // namespace

const Table& Kernels() {
  static const Tables tables;
  return tables.level[Level()];
}

int64_t LimitLevel(int64_t level) {
  limit = level;
  return Level();
}

void Pack(const float* weight, int64_t out, int64_t in, float* panels, int64_t stride) {
  for (int64_t begin = 0; begin < out; begin += kPanel, panels += stride * in * kPanel)
    for (int64_t i = 0; i < in; ++i)
      for (int64_t j = 0; j < kPanel; ++j) panels[i * kPanel + j] = begin + j < out ? weight[(begin + j) * in + i] : 0;
}

void Multiply(const Product& product) {
  const auto run = Kernels().product;
  const int64_t columns = product.finish == Finish::kSwiglu ? 2 * Padded(product.out) : Padded(product.out), panels = columns / kPanel;
  // Pairs of panels: a gated pair stays together.
  Share((panels + 1) / 2, product.rows * product.in * columns, [&](int64_t begin, int64_t end) { run(&product, 2 * begin, std::min(2 * end, panels)); });
}

KeySpace TakeKeys(Arena& arena, int64_t length, int64_t d) {
  return {arena.Take(Padded(length) * d), d % kPanel ? arena.Take(length * Padded(d)) : nullptr};
}

Keys Prepare(const KeySpace& space, const float* k, int64_t k_row, const float* v, int64_t v_row, int64_t length, int64_t d) {
  Kernels().transpose(k, k_row, length, d, space.tiles);
  if (!space.v) return {space.tiles, v, v_row, length};
  const int64_t d16 = Padded(d);
  for (int64_t i = 0; i < length; ++i) {
    std::memcpy(space.v + i * d16, v + i * v_row, d * sizeof(float));
    std::memset(space.v + i * d16 + d, 0, (d16 - d) * sizeof(float));
  }
  return {space.tiles, space.v, d16, length};
}

const float* Dense(const at::Tensor& t, const char* name) {
  TORCH_CHECK_VALUE(t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous(), name, " ", t.sizes(), " of type ", t.scalar_type(),
                    " must be a contiguous float32 CPU tensor");
  return t.data_ptr<float>();
}

}  // namespace fd::kernel
