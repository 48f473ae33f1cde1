// tap_tile.h -- a register tile whose left side is read where it lies: c (taps, filters) = a b.
//
// Each row of a runs along k (here: the places of a tap) from an offset of its own, and is read one
// number at a time; b is turned beforehand so that its columns (here: filters) lie side by side. So
// only b is copied: the gradient of weight over a shifted image, and Linear, whose weight is a.
#pragma once

#include "gemm/tile_sums.h"
#include "simd/transpose.h"

namespace badak::BADAK_ISA {

// Places summed in registers before they join the rest: their filters fill half of L1.
constexpr int64_t TOGETHER = LANES == 16 ? 128 : 256;

// Filters fall into strips of up to four vectors; a strip's numbers of a place lie together.
inline int64_t strip_vectors(int64_t left) { return minimum<int64_t>(left / LANES, 4); }

// sums[r * row + ...] += over places p: image[offsets[r] + p] * filters[p * V * LANES + ...].
template <int ROWS, int V>
void tap_tile(const float* image, const int64_t* offsets, const float* filters, int64_t places,
              float* sums, int64_t row) {
  const float* taps[ROWS];
  for (int r = 0; r < ROWS; r++) taps[r] = image + offsets[r];
  TileSums<ROWS, V> own;
  own.fill(Vec{});
  for (int64_t p = 0; p < places; p++, filters += V * LANES)
    own.add_products([&](int r) { return taps[r][p]; }, [&](int v) { return filters + v * LANES; });
  own.add_to(sums, row);
}

using TapTile = void (*)(const float*, const int64_t*, const float*, int64_t, float*, int64_t);

// Taps of a tile `vectors` wide, at most: so many that the sums fill the registers.
inline int64_t taps_for(int64_t vectors) {
  return LANES == 16 ? (vectors == 1   ? 12
                        : vectors == 2 ? 10
                        : vectors == 3 ? 8
                                       : 6)
                     : (vectors == 1   ? 6
                        : vectors == 2 ? 4
                        : vectors == 3 ? 3
                                       : 2);
}

inline TapTile tap_tile_for(int64_t taps, int64_t vectors) {
#define BADAK_TAPS(V)                                                                   \
  {                                                                                     \
    tap_tile<1, V>, tap_tile<2, V>, tap_tile<3, V>, tap_tile<4, V>, tap_tile<5, V>,     \
        tap_tile<6, V>, tap_tile<7, V>, tap_tile<8, V>, tap_tile<9, V>, tap_tile<10, V> \
  }
  static constexpr TapTile one[] = {tap_tile<1, 1>,  tap_tile<2, 1>,  tap_tile<3, 1>,
                                    tap_tile<4, 1>,  tap_tile<5, 1>,  tap_tile<6, 1>,
                                    tap_tile<7, 1>,  tap_tile<8, 1>,  tap_tile<9, 1>,
                                    tap_tile<10, 1>, tap_tile<11, 1>, tap_tile<12, 1>};
  static constexpr TapTile two[] = BADAK_TAPS(2), three[] = BADAK_TAPS(3);
  static constexpr TapTile four[] = {tap_tile<1, 4>, tap_tile<2, 4>, tap_tile<3, 4>,
                                     tap_tile<4, 4>, tap_tile<5, 4>, tap_tile<6, 4>};
#undef BADAK_TAPS
  return (vectors == 1 ? one : vectors == 2 ? two : vectors == 3 ? three : four)[taps - 1];
}

// filters in whole vectors.
inline int64_t strips_width(int64_t filters) { return ceil_div(filters, LANES) * LANES; }

// grad (filters, places), each row `stride` numbers after the last -> strips [place][filters], of
// which each has room for `all` places.
inline void turn(const float* grad, int64_t stride, int64_t filters, int64_t places, float* strips,
                 int64_t all) {
  const int64_t width = strips_width(filters);
  for (int64_t f = 0; f < width;) {
    const int64_t strip = strip_vectors(width - f) * LANES;
    for (int64_t v = 0; v < strip && f + v < filters; v += LANES)
      transpose_strip(grad + (f + v) * stride, stride, minimum(LANES, filters - f - v), places,
                      strips + v, strip);
    strips += all * strip;
    f += strip;
  }
}

// sums (taps, width) += for all taps and filters; strips as `turn` makes them for these places.
inline void add_taps(const float* image, const int64_t* offsets, int64_t taps, const float* strips,
                     int64_t width, int64_t places, float* sums, int64_t together = TOGETHER) {
  for (int64_t f = 0; f < width;) {
    const int64_t vectors = strip_vectors(width - f), strip = vectors * LANES;
    const int64_t tiles = ceil_div(taps, taps_for(vectors));
    for (int64_t p = 0; p < places; p += together)
      for (int64_t t = 0; t < tiles; t++) {
        const int64_t first = taps * t / tiles, height = taps * (t + 1) / tiles - first;
        tap_tile_for(height, vectors)(image + p, offsets + first, strips + p * strip,
                                      minimum(together, places - p), sums + first * width + f,
                                      width);
      }
    strips += places * strip;
    f += strip;
  }
}

}  // namespace badak::BADAK_ISA
