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

// How many pixels of c channels fill a vector.
inline int64_t pixels_in_vector(int64_t c) { return c < LANES && LANES % c == 0 ? LANES / c : 1; }
inline bool touch(const Pixels& maps) { return maps.step == maps.c; }

// What stays the same from tile to tile; padding is in the pointers.
struct Sweep {
  Window window;
  int64_t x_step, x_row;  // numbers from a pixel and a row to the next
  int64_t y_step, y_row, add_step, add_row;
  int64_t c;
  const float* weight;
  Finish finish;  // add: see each tile
  bool limited;
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

// Rows of KW taps, any number of them: a row's weights stay in registers.
template <int KW, int SW>
struct RowsOf {  // columns of dilation 1
  static int64_t cells(const Window& window) { return window.kh * KW; }

  template <int R, int T>
  static void sum(const Sweep& sweep, const float* x, const float* weight, Vec (&sums)[R][T]) {
    const Window& k = sweep.window;
    for (int64_t a = 0; a < k.kh; a++, x += k.dh * sweep.x_row, weight += KW * LANES) {
      Vec taps[KW];
#pragma GCC unroll 16
      for (int b = 0; b < KW; b++) taps[b] = load(weight + b * LANES);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) {
        const float* at = x + r * k.sh * sweep.x_row;
#pragma GCC unroll 32
        for (int j = 0; j < (T - 1) * SW + KW; j++, at += sweep.x_step) {
          const Vec number = load(at);
#pragma GCC unroll 16
          for (int t = 0; t < T; t++)
            if (j - t * SW >= 0 && j - t * SW < KW) sums[r][t] += number * taps[j - t * SW];
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
inline void add_map(Vec (&sums)[R][T], const float* from, int64_t row, int64_t step) {
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int t = 0; t < T; t++) sums[r][t] += load(from + r * row + t * step);
}

template <int R, int T>
inline void limit(Vec (&sums)[R][T], Vec low, Vec high) {  // NaN stays
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int t = 0; t < T; t++) {
      const Vec over = sums[r][t] < low ? low : sums[r][t];
      sums[r][t] = over > high ? high : over;
    }
}

template <int R, int T>
inline void store_tile(const Vec (&sums)[R][T], float* to, int64_t row, int64_t step,
                       int64_t count) {
  if (count >= LANES) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
      for (int t = 0; t < T; t++) store(to + r * row + t * step, sums[r][t]);
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
      for (int t = 0; t < T; t++) store_first(to + r * row + t * step, sums[r][t], count);
  }
}

// `count` tiles beside each other, all channels; x, add and y are the first pixel's.
template <class Kernel, int R, int T>
void tiles(const Sweep& sweep, const float* x, const float* add, float* y, int64_t count) {
  const Finish& finish = sweep.finish;
  const int64_t cells = Kernel::cells(sweep.window) * LANES;
  for (; count > 0; count--) {
    const float* weight = sweep.weight;
    for (int64_t c = 0; c < sweep.c; c += LANES, weight += cells) {
      const Vec start = finish.bias == nullptr ? Vec{} : load_some(finish.bias + c, sweep.c - c);
      Vec sums[R][T];
#pragma GCC unroll 16
      for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int t = 0; t < T; t++) sums[r][t] = start;
      Kernel::sum(sweep, x + c, weight, sums);
      if (add != nullptr) add_map(sums, add + c, sweep.add_row, sweep.add_step);
      if (sweep.limited) limit(sums, splat(finish.low), splat(finish.high));
      store_tile(sums, y + c, sweep.y_row, sweep.y_step, sweep.c - c);
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
