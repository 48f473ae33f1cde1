// depthwise_tile.h -- sums of a depthwise convolution: R rows x T columns of a vector of channels.
//
// A number of x is loaded once and multiplied by each weight that meets it; the nine weights of a
// 3x3 kernel stay in registers beside 12 sums. Weights: [vector of channels][tap][LANES].
#pragma once

#include "pixels/pixels.h"
#include "simd/simd.h"
#include "window.h"

namespace badak::BADAK_ISA {

constexpr int64_t TILE_ROWS = 2, TILE_COLUMNS = 6;

// What stays the same from tile to tile; padding is in the pointers.
struct Sweep {
  Window window;
  int64_t x_step, x_row;  // numbers from a pixel and a row to the next
  int64_t y_step, y_row, add_step, add_row;
  int64_t c;
  const float* weight;
  Finish finish;  // add: see each tile
};

template <int KH, int KW, int SH, int SW>
struct Fixed {  // dilation 1
  static int64_t cells(const Window&) { return KH * KW; }

  template <int R, int T>
  static void sum(const Sweep& sweep, const float* x, const float* weight, Vec (&sums)[R][T]) {
#pragma GCC unroll 16
    for (int i = 0; i < (R - 1) * SH + KH; i++, x += sweep.x_row) {
      const float* at = x;
#pragma GCC unroll 16
      for (int j = 0; j < (T - 1) * SW + KW; j++, at += sweep.x_step) {
        const Vec number = load(at);
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
          for (int t = 0; t < T; t++) {
            const int a = i - r * SH, b = j - t * SW;
            if (a >= 0 && a < KH && b >= 0 && b < KW)
              sums[r][t] += number * load(weight + (a * KW + b) * LANES);
          }
      }
    }
  }
};

struct AnyKernel {
  static int64_t cells(const Window& window) { return window.kh * window.kw; }

  template <int R, int T>
  static void sum(const Sweep& sweep, const float* x, const float* weight, Vec (&sums)[R][T]) {
    const Window& k = sweep.window;
    const int64_t column = k.sw * sweep.x_step, row = k.sh * sweep.x_row;
    for (int64_t a = 0; a < k.kh; a++, x += k.dh * sweep.x_row) {
      const float* at = x;
      for (int64_t b = 0; b < k.kw; b++, at += k.dw * sweep.x_step, weight += LANES) {
        const Vec tap = load(weight);
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
          for (int t = 0; t < T; t++) sums[r][t] += load(at + r * row + t * column) * tap;
      }
    }
  }
};

template <int R, int T>
inline void finish_tile(const Sweep& sweep, Vec (&sums)[R][T], const float* add, float* y,
                        int64_t count) {
  const Finish& finish = sweep.finish;
  const Vec low = splat(finish.low), high = splat(finish.high);
  if (add != nullptr)
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
      for (int t = 0; t < T; t++) sums[r][t] += load(add + r * sweep.add_row + t * sweep.add_step);
  const auto each = [&](const auto& put) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
      for (int t = 0; t < T; t++) {
        const Vec over = sums[r][t] < low ? low : sums[r][t];
        put(y + r * sweep.y_row + t * sweep.y_step, over > high ? high : over);
      }
  };
  if (count >= LANES)
    each([](float* to, Vec value) { store(to, value); });
  else
    each([count](float* to, Vec value) { store_first(to, value, count); });
}

// `count` tiles beside each other, all channels; x, add and y are the first pixel's.
template <class Kernel, int R, int T>
void tiles(const Sweep& sweep, const float* x, const float* add, float* y, int64_t count) {
  const float* const bias = sweep.finish.bias;
  const int64_t cells = Kernel::cells(sweep.window) * LANES;
  for (; count > 0; count--) {
    const float* weight = sweep.weight;
    for (int64_t c = 0; c < sweep.c; c += LANES, weight += cells) {
      const Vec start = bias == nullptr ? Vec{} : load_some(bias + c, sweep.c - c);
      Vec sums[R][T];
#pragma GCC unroll 16
      for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int t = 0; t < T; t++) sums[r][t] = start;
      Kernel::sum(sweep, x + c, weight, sums);
      finish_tile(sweep, sums, add == nullptr ? nullptr : add + c, y + c, sweep.c - c);
    }
    x += T * sweep.window.sw * sweep.x_step;
    y += T * sweep.y_step;
    if (add != nullptr) add += T * sweep.add_step;
  }
}

using Tiles = void (*)(const Sweep&, const float*, const float*, float*, int64_t);
struct TileTable {
  Tiles of[TILE_ROWS][TILE_COLUMNS];
};
template <class Kernel>
constexpr TileTable TABLE = {{{tiles<Kernel, 1, 1>, tiles<Kernel, 1, 2>, tiles<Kernel, 1, 3>,
                               tiles<Kernel, 1, 4>, tiles<Kernel, 1, 5>, tiles<Kernel, 1, 6>},
                              {tiles<Kernel, 2, 1>, tiles<Kernel, 2, 2>, tiles<Kernel, 2, 3>,
                               tiles<Kernel, 2, 4>, tiles<Kernel, 2, 5>, tiles<Kernel, 2, 6>}}};

}  // namespace badak::BADAK_ISA
