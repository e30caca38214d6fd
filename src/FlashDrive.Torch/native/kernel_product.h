// Rows times packed columns. A matrix [out, in] is packed into panels of 16 columns, [ceil(out / 16), in, 16]; a tile of rows is
// multiplied with a few panels at once. Every output element is one chain of fused multiply-adds over ascending K, whatever the
// tile, so n rows give the bits of n single rows.
#pragma once

#include "kernels.h"
#include "kernel_vector.h"

namespace fd::kernel {

// Rows of a tile: as many accumulators as the registers of the level hold.
template <int W>
constexpr int kTileRows = W == 16 ? 8 : W == 8 ? 4 : 2;

// acc[R][C * 16 / W] += a[R rows][k] b: column vectors of row i of b start at b + i b_row, panels are b_panel apart.
template <int W, int R, int C>
FD_INLINE void Multiply(const float* a, int64_t a_row, const float* b, int64_t b_row, int64_t b_panel, int64_t k, Floats<W> (&acc)[R][C * 16 / W]) {
  constexpr int P = 16 / W, N = C * P;
  for (int64_t i = 0; i < k; ++i) {
    Floats<W> w[N];
#pragma GCC unroll 16
    for (int n = 0; n < N; ++n) w[n] = Load<W>(b + (n / P) * b_panel + (n % P) * W + i * b_row);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const float s = a[r * a_row + i];
#pragma GCC unroll 16
      for (int n = 0; n < N; ++n) acc[r][n] += w[n] * s;
    }
  }
}

// y[R][C * 16], y_row apart, = or += a b.
template <int W, int R, int C, bool kAdd>
FD_INLINE void Tile(const float* a, int64_t a_row, const float* b, int64_t b_row, int64_t b_panel, int64_t k, float* y, int64_t y_row) {
  constexpr int N = C * 16 / W;
  Floats<W> acc[R][N];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int n = 0; n < N; ++n) acc[r][n] = kAdd ? Load<W>(y + r * y_row + n * W) : Floats<W>{};
  }
  Multiply<W, R, C>(a, a_row, b, b_row, b_panel, k, acc);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int n = 0; n < N; ++n) Store<W>(y + r * y_row + n * W, acc[r][n]);
  }
}

// A tile of rows <= kTileRows known at run time.
template <int W, int C, bool kAdd, int R = kTileRows<W>>
FD_INLINE void TileOf(int64_t rows, const float* a, int64_t a_row, const float* b, int64_t b_row, int64_t b_panel, int64_t k, float* y, int64_t y_row) {
  if (rows == R) {
    Tile<W, R, C, kAdd>(a, a_row, b, b_row, b_panel, k, y, y_row);
  } else if constexpr (R > 1) {
    TileOf<W, C, kAdd, R - 1>(rows, a, a_row, b, b_row, b_panel, k, y, y_row);
  }
}

template <int W>
struct ProductKernel {
  // Panels at once for few rows, so that the chains hide the latency of the multiply-add.
  static constexpr int kWide = W == 16 ? 4 : 2;

  static FD_INLINE void Run(const Product* p, int64_t panel_begin, int64_t panel_end) {
    constexpr int64_t R = kTileRows<W>;
    alignas(64) float tile[R * kWide * kPanel];
    const bool few = p->rows <= R / 2;
    for (int64_t panel = panel_begin; panel < panel_end;) {
      const int64_t left = panel_end - panel, count = few && left >= kWide ? kWide : left >= 2 ? 2 : 1;
      const float* b = p->panels + panel * p->in * kPanel;
      for (int64_t row = 0; row < p->rows; row += R) {
        const int64_t rows = p->rows - row < R ? p->rows - row : R;
        const float* a = p->x + row * p->x_row;
        if (count == kWide && few) {
          TileOf<W, kWide, false, R / 2>(rows, a, p->x_row, b, kPanel, p->in * kPanel, p->in, tile, count * kPanel);
        } else if (count == 2) {
          TileOf<W, 2, false>(rows, a, p->x_row, b, kPanel, p->in * kPanel, p->in, tile, count * kPanel);
        } else {
          TileOf<W, 1, false>(rows, a, p->x_row, b, kPanel, p->in * kPanel, p->in, tile, count * kPanel);
        }
        for (int64_t r = 0; r < rows; ++r) FinishRow(p, tile + r * count * kPanel, row + r, panel, count);
      }
      panel += count;
    }
  }

 private:
  static FD_INLINE Floats<W> Shape(Finish finish, Floats<W> v) {
    switch (finish) {
      case Finish::kSilu: return Silu<W>(v);
      case Finish::kGeluTanh: return GeluTanh<W>(v);
      case Finish::kGeluErf: return GeluErf<W>(v);
      default: return v;
    }
  }

  static FD_INLINE void FinishRow(const Product* p, float* tile, int64_t row, int64_t panel, int64_t count) {
    if (p->finish == Finish::kSwiglu) {
      float* y = p->y + row * p->y_row + panel / 2 * kPanel;
      for (int64_t pair = 0; pair < count / 2; ++pair, y += kPanel) {
        const float *gate = tile + pair * 2 * kPanel, *up = gate + kPanel;
        for (int64_t i = 0; i < kPanel; i += W) Store<W>(y + i, Silu<W>(Load<W>(gate + i)) * Load<W>(up + i));
      }
      return;
    }
    const int64_t begin = panel * kPanel, width = count * kPanel;
    float* y = p->y + row * p->y_row + begin;
    for (int64_t i = 0; i < width; i += W) {
      Floats<W> v = Load<W>(tile + i);
      if (p->bias) v += Load<W>(p->bias + begin + i);
      if (begin + i + W <= p->out) {
        if (p->finish == Finish::kAdd) v += Load<W>(y + i);
        Store<W>(y + i, Shape(p->finish, v));
      } else {
        Store<W>(tile + i, Shape(p->finish, v));
        for (int64_t j = i; j < i + W && begin + j < p->out; ++j) y[j] = p->finish == Finish::kAdd ? y[j] + tile[j] : tile[j];
      }
    }
  }
};

}  // namespace fd::kernel
