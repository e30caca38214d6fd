// Windows of a block table: sealed blocks read into a view, keys rotated at the window's positions, and new blocks written from what a
// prefill kept. Copies and one rotation per key; the rotation is the one of fused_rotary.cpp, bit for bit.
#include <cstring>

#include "fused.h"

namespace fd::kernel {
namespace {

// [layers, kv heads, slots, head dimension] of which a run of slots is dense in every head.
struct Slots {
  float* data;
  int64_t layers, heads, slots, d, layer, head;

  Slots(const at::Tensor& t, const char* name)
      : data(t.data_ptr<float>()), layers(t.size(0)), heads(t.size(1)), slots(t.size(2)), d(t.size(3)), layer(t.stride(0)), head(t.stride(1)) {
    TORCH_CHECK_VALUE(t.dim() == 4 && t.stride(3) == 1 && t.stride(2) == d, name, " ", t.sizes(), " must be [layers, kv heads, slots, head dimension], dense in a head");
  }

  float* At(int64_t l, int64_t h, int64_t slot) const { return data + l * layer + h * head + slot * d; }
};

void Check(const Slots& a, const Slots& b, const char* name) {
  TORCH_CHECK_VALUE(a.layers == b.layers && a.heads == b.heads && a.d == b.d, name, " differ in layers, heads or head dimension");
}

// Block i holds tokens[i] tokens and stands at starts[i] of the view.
void ReadBlocks(at::TensorList keys, at::TensorList values, at::IntArrayRef tokens, at::IntArrayRef starts, const at::Tensor& cos, const at::Tensor& sin,
                const at::Tensor& view_keys, const at::Tensor& view_values) {
  TORCH_CHECK_VALUE(keys.size() == tokens.size() && values.size() == tokens.size() && starts.size() == tokens.size(), "one key, value, length and start per block");
  const Slots to_keys(view_keys, "the view's keys"), to_values(view_values, "the view's values");
  TORCH_CHECK_VALUE(cos.dim() == 2 && cos.size(1) == to_keys.d && sin.sizes() == cos.sizes() && cos.is_contiguous() && sin.is_contiguous(), "tables ", cos.sizes(),
                    " must be dense [slots, ", to_keys.d, "]");
  const float *cosines = cos.data_ptr<float>(), *sines = sin.data_ptr<float>();
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Slots from_keys(keys[i], "a block's keys"), from_values(values[i], "a block's values");
    Check(from_keys, to_keys, "keys");
    Check(from_values, to_values, "values");
    const int64_t count = tokens[i], start = starts[i], d = to_keys.d;
    TORCH_CHECK_INDEX(count <= from_keys.slots && start >= 0 && start + count <= cos.size(0) && start + count <= to_keys.slots, "block ", i, " of ", count,
                      " tokens at slot ", start, " lies outside");
    for (int64_t l = 0; l < to_keys.layers; ++l)
      for (int64_t h = 0; h < to_keys.heads; ++h) {
        fd::RotateRows(from_keys.At(l, h, 0), cosines + start * d, sines + start * d, to_keys.At(l, h, start), count, d);
        std::memcpy(to_values.At(l, h, start), from_values.At(l, h, 0), count * d * sizeof(float));
      }
  }
}

// kept [2, layers, kv heads, rows, head dimension]: the blocks' tokens one block after another.
void WriteBlocks(const at::Tensor& kept, at::TensorList keys, at::TensorList values, at::IntArrayRef tokens) {
  TORCH_CHECK_VALUE(kept.dim() == 5 && kept.size(0) == 2 && keys.size() == tokens.size() && values.size() == tokens.size(), "one key, value and length per block");
  const Slots from_keys(kept.select(0, 0), "kept keys"), from_values(kept.select(0, 1), "kept values");
  int64_t row = 0;
  for (size_t i = 0; i < tokens.size(); row += tokens[i++]) {
    const Slots to_keys(keys[i], "a block's keys"), to_values(values[i], "a block's values");
    Check(from_keys, to_keys, "keys");
    Check(from_values, to_values, "values");
    TORCH_CHECK_INDEX(tokens[i] <= to_keys.slots && row + tokens[i] <= from_keys.slots, "block ", i, " of ", tokens[i], " tokens from row ", row, " lies outside");
    for (int64_t l = 0; l < from_keys.layers; ++l)
      for (int64_t h = 0; h < from_keys.heads; ++h) {
        std::memcpy(to_keys.At(l, h, 0), from_keys.At(l, h, row), tokens[i] * from_keys.d * sizeof(float));
        std::memcpy(to_values.At(l, h, 0), from_values.At(l, h, row), tokens[i] * from_keys.d * sizeof(float));
      }
  }
  TORCH_CHECK_VALUE(row == from_keys.slots, "the blocks hold ", row, " tokens, ", from_keys.slots, " were kept");
}

}  // namespace
}  // namespace fd::kernel

TORCH_LIBRARY_FRAGMENT(flashdrive, library) {
  library.def(
      "kernel_read_blocks(Tensor[] keys, Tensor[] values, int[] tokens, int[] starts, Tensor cos, Tensor sin, Tensor(a!) view_keys, Tensor(b!) view_values) -> ()",
      &fd::kernel::ReadBlocks);
  library.def("kernel_write_blocks(Tensor kept, Tensor[] keys, Tensor[] values, int[] tokens) -> ()", &fd::kernel::WriteBlocks);
}
