// direct_tile.h -- the register tile of a convolution: pixels x filters, summed under the window.
//
// A step multiplies one number under the window of each of ROWS pixels with V vectors of filters.
// Every pixel has a pointer of its own, so that a tile goes on over the end of a row or an image
// and narrow maps fill it too. What follows the sums happens in the registers.
#pragma once

#include "gemm/tile_sums.h"
#include "pixels/pixels.h"

namespace badak::BADAK_ISA {

constexpr int MOST_PIXELS = 12;  // of a tile: with their pointers they fill the registers

// Pixels of a tile of 1 or 2 vectors, at most.
inline int64_t tile_pixels(int64_t vectors) {
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

// Where the pixels of a tile lie; pooled, four of x and of add belong to one of y.
struct TilePlaces {
  const float *x[MOST_PIXELS], *add[MOST_PIXELS];
  float* y[MOST_PIXELS];
};

constexpr float infinity = std::numeric_limits<float>::infinity();

// The larger, and NaN if either is NaN.
inline Vec larger_or_nan(Vec a, Vec b) {
  const Vec most = larger(a, b);
  return b != b ? b : most;
}

// SINGLE: all runs have one number.
template <int ROWS, int V, bool SINGLE>
void direct_tile(const Taps& taps, const Panel& panel, const Finish& finish,
                 const TilePlaces& places) {
  const float* at[ROWS];
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++) at[i] = places.x[i] + panel.channel;
  const int64_t filter = panel.first;
  const int64_t last = panel.count - (V - 1) * LANES;  // filters of the last vector
  TileSums<ROWS, V> sums;
  if (finish.bias == nullptr) {
    sums.fill(Vec{});
  } else {
    Vec bias[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
      bias[v] = load_some(finish.bias + filter + v * LANES, panel.count - v * LANES);
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sums.at[i][v] = bias[v];
  }
  const float* weights = panel.weights;
  for (int64_t run = 0; run < taps.runs; run++) {
    const int64_t first = taps.offsets[run], end = first + (SINGLE ? 1 : taps.length);
    for (int64_t j = first; j < end; j++, weights += V * LANES)
      sums.add_products([&](int i) { return at[i][j]; },
                        [&](int v) { return weights + v * LANES; });
  }
  if (finish.add != nullptr)
    sums.each([&](int i, int v, Vec& sum) { sum += load(places.add[i] + filter + v * LANES); });
  const bool limited = finish.low > -infinity || finish.high < infinity;
  const Vec low = splat(finish.low), high = splat(finish.high);
  const auto put = [&](int place, int v, Vec value) {
    if (limited) {  // NaN stays
      value = larger(value, low);
      value = high < value ? high : value;
    }
    float* const to = places.y[place] + filter + v * LANES;
    if (v < V - 1 || last == LANES)
      store(to, value);
    else
      store_first(to, value, last);
  };
  if constexpr (ROWS % 4 == 0) {
    if (finish.pool) {  // before the limits, which keep the order
#pragma GCC unroll 4
      for (int i = 0; i < ROWS; i += 4)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++)
          put(i / 4, v,
              larger_or_nan(larger_or_nan(sums.at[i][v], sums.at[i + 1][v]),
                            larger_or_nan(sums.at[i + 2][v], sums.at[i + 3][v])));
      return;
    }
  }
  sums.each(put);
}

using DirectTile = void (*)(const Taps&, const Panel&, const Finish&, const TilePlaces&);

template <int V, bool SINGLE, int... ROWS>
DirectTile direct_tile_of(int64_t pixels, std::integer_sequence<int, ROWS...>) {
  static constexpr DirectTile all[] = {direct_tile<ROWS + 1, V, SINGLE>...};
  return all[pixels - 1];
}
template <bool SINGLE>
DirectTile direct_tile_for(int64_t pixels, int64_t vectors) {
  constexpr int ONE = LANES >= 8 ? 12 : 8, TWO = LANES == 16 ? 12 : LANES == 8 ? 6 : 4;
  return vectors == 1 ? direct_tile_of<1, SINGLE>(pixels, std::make_integer_sequence<int, ONE>())
                      : direct_tile_of<2, SINGLE>(pixels, std::make_integer_sequence<int, TWO>());
}
inline DirectTile direct_tile_for(int64_t pixels, int64_t vectors, bool single) {
  return single ? direct_tile_for<true>(pixels, vectors) : direct_tile_for<false>(pixels, vectors);
}

}  // namespace badak::BADAK_ISA
