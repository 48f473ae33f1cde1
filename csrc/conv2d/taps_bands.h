// taps_bands.h -- the loop under conv2d and its gradient for x: shifted images times packed
// weights.
//
// Both are sums over taps, differing in where the taps lie, in how weights are read and in where
// results go. Work is cut into images, groups and bands of place rows; k is cut into slices of
// channels, so that a slice of a shifted image stays in L2.
#pragma once

#include "conv2d/taps_layout.h"
#include "gemm/register_tile.h"

namespace badak::BADAK_ISA {

constexpr int64_t SLICE_TAPS = 384;       // of k, at least one channel's
constexpr int64_t BAND_FLOATS = 1 << 17;  // of a shifted slice, 512 KiB
constexpr int64_t WANTED_BANDS = 4;       // of all maps together

// How the channels of k are cut.
struct Slices {
  int64_t channels, taps, count;  // taps of one channel
  Slices(int64_t channels_, int64_t taps_)
      : channels(channels_),
        taps(taps_),
        count(taps_ == 0 ? 1 : ceil_div(channels_, maximum<int64_t>(SLICE_TAPS / taps_, 1))) {}
  int64_t start(int64_t slice) const { return channels * slice / count; }
  int64_t width(int64_t slice) const { return start(slice + 1) - start(slice); }
  int64_t widest() const { return ceil_div(channels, count); }
};

// How place rows are cut into bands: each a multiple of `unit` rows but for the last, so low that
// a slice of its shifted image stays in L2, and so many that `maps` maps keep all threads busy.
struct Bands {
  int64_t rows, unit, count;
  Bands(const TapsLayout& layout, int64_t rows_, int64_t channels, int64_t maps, int64_t unit_)
      : rows(rows_), unit(unit_) {
    const int64_t row = maximum<int64_t>(channels * (layout.channel(1) - layout.channel(0)), 1);
    const int64_t fit = maximum<int64_t>(BAND_FLOATS / row - layout.reach, 4);
    const int64_t busy = minimum(ceil_div(WANTED_BANDS, maximum<int64_t>(maps, 1)),
                                 rows * layout.places_w / (2 * LANES));
    count = minimum(maximum(ceil_div(rows, fit), busy), units());
    count = maximum<int64_t>(count, 1);
  }
  int64_t units() const { return ceil_div(rows, unit); }
  int64_t start(int64_t band) const { return minimum(units() * band / count * unit, rows); }
  int64_t height(int64_t band) const { return start(band + 1) - start(band); }
  int64_t highest() const { return minimum(ceil_div(units(), count) * unit, rows); }
};

// The offsets of taps, for each height that a band may have.
struct BandOffsets {
  int64_t *tables, length, highest, unit;
  // Memory for `numbers(...)` numbers.
  static int64_t numbers(int64_t channels, int64_t taps) { return 3 * channels * taps; }
  BandOffsets(const TapsLayout& layout, const Bands& bands, int64_t channels, int64_t taps,
              int64_t* memory)
      : tables(memory), length(channels * taps), highest(bands.highest()), unit(bands.unit) {
    for (int64_t i = 0; i < (bands.count == 1 ? 1 : 3); i++)
      layout.offsets(channels, height(bands, i), tables + i * length);
  }
  // The highest, one unit less, and the last band's, which may lack some rows of a unit.
  static int64_t height(const Bands& bands, int64_t i) {
    return i == 0   ? bands.highest()
           : i == 1 ? maximum<int64_t>(bands.highest() - bands.unit, 0)
                    : bands.height(bands.count - 1);
  }
  const int64_t* of(int64_t height) const {
    return tables + (height == highest ? 0 : height == highest - unit ? 1 : 2) * length;
  }
};

// c (filters, places) = packed a * shifted image.
inline void multiply_panels(const RowTiles& tiles, int64_t k, const float* packed,
                            const ScatteredRows& image, int64_t places, float* c, int64_t c_row,
                            Finish finish) {
  const float* bias = finish.row_bias;
  const int64_t panel = tiles.vectors() * LANES;
  for (int64_t j = 0; j < places; j += panel) {
    const int64_t width = minimum(panel, places - j);
    const int64_t vectors = width <= LANES ? 1 : width <= 2 * LANES ? 2 : 4;
    for (int64_t t = 0; t < tiles.count; t++) {
      const int64_t row = tiles.start(t);
      finish.row_bias = bias == nullptr ? nullptr : bias + row;
      tile_for<ScatteredRows>(tiles.height(t), vectors)(k, packed + row * k,
                                                        {image.from + j, image.offsets},
                                                        c + row * c_row + j, c_row, width, finish);
    }
  }
}

}  // namespace badak::BADAK_ISA
