// direct_tile.h -- the register tile of a convolution: pixels x filters, summed under the window.
//
// A step multiplies one number under the window of each of ROWS pixels with V vectors of filters.
// Along a row pixels have a constant distance, and one call makes many tiles. On narrow maps every
// pixel has a pointer of its own, so that a tile goes on over the end of a row or an image. What
// follows the sums happens in the registers.
#pragma once

#include <type_traits>

#include "gemm/tile_sums.h"
#include "pixels/pixels.h"

namespace badak::BADAK_ISA {

constexpr int MOST_PIXELS = 12;  // of a tile: with their pointers they fill the registers

// Pixels of a tile of 1 or 2 vectors, at most.
constexpr int64_t tile_pixels(int64_t vectors) {
  if (LANES == 16) return 12;
  return LANES == 8 ? 12 / vectors : 8 / vectors;
}

// The numbers under a window, seen from its first: runs of `length` numbers side by side.
struct Taps {
  const int64_t* offsets;
  int64_t runs, length;
  int64_t count() const { return runs * length; }
};

// Filters first ... first + count - 1, in one or two vectors.
struct Panel {
  const float* weights;  // [number under the window][filters, in whole vectors]
  int64_t first, count, vectors;
  int64_t channel;  // the first that their group reads
};

// Pixels anywhere, one tile of them; pooled, four of x and of add belong to one of y.
struct Scattered {
  const float *x[MOST_PIXELS], *add[MOST_PIXELS];
  float* y[MOST_PIXELS];
};

// Pixels at a constant distance, some tiles of them, in some rows; pooled, a row is two lines of x.
struct InRow {
  const float *x, *add;
  float* y;
  int64_t x_step, add_step, y_step;  // to the next pixel
  int64_t x_line, add_line;          // pooled: to the one below
  int64_t tiles, rows;
  int64_t x_down, add_down, y_down;  // to the next row
};

// The larger, and NaN if either is NaN.
inline Vec larger_or_nan(Vec a, Vec b) {
  const Vec most = larger(a, b);
  return b != b ? b : most;
}

// What the tiles of a panel begin with and end with.
template <int V>
struct Ends {
  Vec bias[V], low, high;
  int64_t last;  // filters of the last vector
  Ends(const Panel& panel, const Finish& finish)
      : low(splat(finish.low)), high(splat(finish.high)), last(panel.count - (V - 1) * LANES) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
      bias[v] = finish.bias == nullptr
                    ? Vec{}
                    : load_some(finish.bias + panel.first + v * LANES, panel.count - v * LANES);
  }
};

// One tile: number(i, j) is the number j under the window of pixel i, add(i) and y(place) are what
// its filters are added to and where they go. SINGLE: all runs of numbers have one.
// AHEAD: weights to ask the memory for, so many on from those in use.
template <int ROWS, int V, bool SINGLE, bool POOL, int64_t AHEAD, class Number, class Add, class Y>
[[gnu::always_inline]] inline void tile_of(const Taps& taps, const float* weights,
                                           const Ends<V>& ends, bool adds, const Number& number,
                                           const Add& add, const Y& y) {
  TileSums<ROWS, V> sums;
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) sums.at[i][v] = ends.bias[v];
  for (int64_t run = 0; run < taps.runs; run++) {
    const int64_t first = taps.offsets[run], end = first + (SINGLE ? 1 : taps.length);
    for (int64_t j = first; j < end; j++, weights += V * LANES) {
      if constexpr (AHEAD > 0)
        for (int v = 0; v < V; v++) __builtin_prefetch(weights + AHEAD + v * LANES);
      sums.add_products([&](int i) { return number(i, j); },
                        [&](int v) { return weights + v * LANES; });
    }
  }
  // Read again from memory, or GCC keeps them in registers that the sums need.
  const Ends<V>* end = &ends;
  asm("" : "+r"(end));
  if (adds) sums.each([&](int i, int v, Vec& sum) { sum += load(add(i) + v * LANES); });
  constexpr int PLACES = POOL ? ROWS / 4 : ROWS;
  if constexpr (POOL) {  // before the limits, which keep the order
#pragma GCC unroll 4
    for (int i = 0; i < PLACES; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++)
        sums.at[i][v] = larger_or_nan(larger_or_nan(sums.at[4 * i][v], sums.at[4 * i + 1][v]),
                                      larger_or_nan(sums.at[4 * i + 2][v], sums.at[4 * i + 3][v]));
  }
  // Few branches: one for each sum would take as long as some steps of the loop above.
  const Vec low = end->low, high = end->high;
  const auto limited = [&](Vec value) __attribute__((always_inline)) {  // NaN stays
    value = larger(value, low);
    return high < value ? high : value;
  };
  const int64_t last = end->last;
  if (last == LANES) {
#pragma GCC unroll 12
    for (int i = 0; i < PLACES; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) store(y(i) + v * LANES, limited(sums.at[i][v]));
  } else {
#pragma GCC unroll 12
    for (int i = 0; i < PLACES; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < V - 1; v++) store(y(i) + v * LANES, limited(sums.at[i][v]));
      store_first(y(i) + (V - 1) * LANES, limited(sums.at[i][V - 1]), last);
    }
  }
}

template <int ROWS, int V, bool SINGLE, bool POOL>
void scattered_tile(const Taps& taps, const Panel& panel, const Finish& finish,
                    const Scattered& places) {
  const float* at[ROWS];
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++) at[i] = places.x[i] + panel.channel;
  const int64_t first = panel.first;
  constexpr int64_t FAR = 512;  // narrow maps have few pixels for many weights
  tile_of<ROWS, V, SINGLE, POOL, FAR>(
      taps, panel.weights, Ends<V>(panel, finish), finish.add != nullptr,
      [&](int i, int64_t j) { return at[i][j]; }, [&](int i) { return places.add[i] + first; },
      [&](int place) { return places.y[place] + first; });
}

// Three pixels share a pointer: with these and three distances a tile fits the registers.
template <int ROWS, int V, bool SINGLE, bool POOL>
void row_tiles(const Taps& taps, const Panel& panel, const Finish& finish, const InRow& places) {
  constexpr int LINES = POOL ? 2 : 1, COLUMNS = ROWS / LINES, SHARED = (COLUMNS + 2) / 3;
  const auto line = [](int i) { return POOL ? i / 2 % 2 : 0; };
  const auto column = [](int i) { return POOL ? i / 4 * 2 + i % 2 : i; };
  const Ends<V> ends(panel, finish);
  const bool adds = finish.add != nullptr;
  const int64_t step = places.x_step, add_step = places.add_step, y_step = places.y_step;
  for (int64_t row = 0; row < places.rows; row++) {
    const float* x = places.x + panel.channel + row * places.x_down;
    const float* add = places.add + panel.first + row * places.add_down;
    float* y = places.y + panel.first + row * places.y_down;
    for (int64_t t = 0; t < places.tiles; t++) {
      const float* at[LINES][SHARED];
#pragma GCC unroll 2
      for (int l = 0; l < LINES; l++)
#pragma GCC unroll 4
        for (int c = 0; c < SHARED; c++) at[l][c] = x + l * places.x_line + 3 * c * step;
      tile_of<ROWS, V, SINGLE, POOL, 0>(
          taps, panel.weights, ends, adds,
          [&](int i, int64_t j) { return at[line(i)][column(i) / 3][j + column(i) % 3 * step]; },
          [&](int i) { return add + line(i) * places.add_line + column(i) * add_step; },
          [&](int place) { return y + place * y_step; });
      x += COLUMNS * step;
      add += COLUMNS * add_step;
      y += COLUMNS / LINES * y_step;
    }
  }
}

template <class Where>
using DirectTile = void (*)(const Taps&, const Panel&, const Finish&, const Where&);

// Its tile of `pixels`; pooled, four times so many.
template <class Where, int V, bool SINGLE, bool POOL, int... ROWS>
DirectTile<Where> direct_tile_of(int64_t pixels, std::integer_sequence<int, ROWS...>) {
  constexpr int SCALE = POOL ? 4 : 1;
  if constexpr (std::is_same_v<Where, InRow>) {
    static constexpr DirectTile<Where> all[] = {row_tiles<SCALE*(ROWS + 1), V, SINGLE, POOL>...};
    return all[pixels - 1];
  } else {
    static constexpr DirectTile<Where> all[] = {
        scattered_tile<SCALE*(ROWS + 1), V, SINGLE, POOL>...};
    return all[pixels - 1];
  }
}
template <class Where, int V, bool SINGLE>
DirectTile<Where> direct_tile_of(int64_t places, bool pool) {
  constexpr int MOST = tile_pixels(V);
  if (pool)
    return direct_tile_of<Where, V, SINGLE, true>(places,
                                                  std::make_integer_sequence<int, MOST / 4>());
  return direct_tile_of<Where, V, SINGLE, false>(places, std::make_integer_sequence<int, MOST>());
}
template <class Where>
DirectTile<Where> direct_tile_for(int64_t places, int64_t vectors, bool single, bool pool) {
  if (vectors == 1)
    return single ? direct_tile_of<Where, 1, true>(places, pool)
                  : direct_tile_of<Where, 1, false>(places, pool);
  return single ? direct_tile_of<Where, 2, true>(places, pool)
                : direct_tile_of<Where, 2, false>(places, pool);
}

}  // namespace badak::BADAK_ISA
