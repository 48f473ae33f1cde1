// correlate.h -- the loop under conv2d and its gradient for x: shifted images times packed weights.
//
// Both are sums over taps, differing in where the taps lie, in how weights are read and in where
// results go. Work is cut into images, groups, bands of place rows and, for few images, parts of
// the filters; k is cut into slices of channels, so that a slice of a shifted image stays in L2.
#pragma once

#include "microkernel.h"
#include "shifted.h"

namespace badak::BADAK_ISA {

constexpr int64_t SLICE_TAPS = 384;        // of k, at least one channel's
constexpr int64_t BAND_FLOATS = 1 << 17;   // of a shifted slice, 512 KiB
constexpr int64_t WANTED_ITEMS = 8;

// How the channels of k are cut.
struct Slices {
  int64_t channels, taps, count; // taps of one channel
  Slices(int64_t channels_, int64_t taps_)
      : channels(channels_), taps(taps_),
        count(taps_ == 0 ? 1 : ceil_div(channels_, most<int64_t>(SLICE_TAPS / taps_, 1))) {}
  int64_t start(int64_t slice) const { return channels * slice / count; }
  int64_t width(int64_t slice) const { return start(slice + 1) - start(slice); }
  int64_t widest() const { return ceil_div(channels, count); }
};

// How place rows are cut into bands.
struct Bands {
  int64_t rows, count;
  Bands(const Shifted &shifted, int64_t rows_, int64_t channels) : rows(rows_) {
    const int64_t row = most<int64_t>(channels * shifted.channel(1) - channels * shifted.channel(0), 1);
    const int64_t fit = most<int64_t>(BAND_FLOATS / row - shifted.reach, 4);
    count = most<int64_t>(ceil_div(rows, fit), 1);
  }
  int64_t start(int64_t band) const { return rows * band / count; }
  int64_t height(int64_t band) const { return start(band + 1) - start(band); }
  int64_t highest() const { return ceil_div(rows, count); }
};

// Panels of `columns` places by rows of tiles: c (tiles.m, columns) = packed a * shifted image.
inline void multiply_panels(const RowTiles &tiles, int64_t first_tile, int64_t end_tile, int64_t k,
                            const float *packed, const float *image, const int64_t *offsets,
                            int64_t columns, float *c, int64_t c_row, Finish finish) {
  const float *bias = finish.row_bias;
  const int64_t panel = tiles.vectors() * LANES;
  for (int64_t j = 0; j < columns; j += panel) {
    const int64_t width = least(panel, columns - j);
    const int64_t vectors = width <= LANES ? 1 : width <= 2 * LANES ? 2 : 4;
    for (int64_t t = first_tile; t < end_tile; t++) {
      const int64_t row = tiles.start(t);
      finish.row_bias = bias == nullptr ? nullptr : bias + row;
      tile_for<ScatteredRows>(tiles.height(t), vectors)(k, packed + row * k, {image + j, offsets},
                                                        c + row * c_row + j, c_row, width, finish);
    }
  }
}

} // namespace badak::BADAK_ISA
