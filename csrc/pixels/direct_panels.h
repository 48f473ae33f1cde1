// direct_panels.h -- the packed weight of a convolution: panels of filters, two vectors wide.
//
// [group][panel][number under the window][filters of the panel, in whole vectors; the rest is 0].
#pragma once

#include "conv2d/convolution.h"
#include "pixels/direct_tile.h"
#include "simd/transpose.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

struct Panels {
  int64_t groups, filters, channels, taps;  // of a group; numbers under a window
  int64_t vectors, per_group, count;
  explicit Panels(const Convolution& conv)
      : groups(conv.groups),
        filters(conv.filters()),
        channels(conv.channels()),
        taps(conv.channels() * conv.cells()),
        vectors(ceil_div(filters, LANES)),
        per_group(ceil_div(vectors, 2)),
        count(groups * per_group) {}
  int64_t size() const { return groups * vectors * LANES * taps; }
  int64_t width() const { return minimum<int64_t>(vectors, 2); }  // of the widest, in vectors
  int64_t start(int64_t index) const {
    return (index / per_group * vectors + index % per_group * 2) * LANES * taps;
  }
  Panel at(int64_t index, const float* packed) const {
    const int64_t group = index / per_group, vector = index % per_group * 2;
    const int64_t wide = minimum<int64_t>(2, vectors - vector);
    return {.weights = packed + start(index),
            .first = group * filters + vector * LANES,
            .count = minimum(wide * LANES, filters - vector * LANES),
            .vectors = wide,
            .channel = group * channels};
  }

  // pack(panel, its weights, their width) for all panels, in parallel.
  template <class Pack>
  void each(float* packed, const Pack& pack) const {
    parallel_for(count, [&](int64_t index) {
      const Panel panel = at(index, packed);
      pack(panel, packed + start(index), panel.vectors * LANES);
    });
  }
};

// Columns of a matrix of filters, in order: to + row() * width = the next one, for all vectors of a
// panel. Filters that are not there are 0.
template <class Row>
inline void pack_columns(const float* from, int64_t filter, int64_t count, int64_t columns,
                         float* to, int64_t width, const Row& row) {
  if (columns == 1 && filter == 1) {
    float* const place = to + row() * width;
    for (int64_t v = 0; v < width; v += LANES) store(place + v, load_some(from + v, count - v));
    return;
  }
  for (int64_t j = 0; j < columns; j += LANES) {
    const int64_t high = minimum(LANES, columns - j);
    float* places[LANES];
    for (int64_t c = 0; c < high; c++) places[c] = to + row() * width;
    for (int64_t v = 0; v < width; v += LANES) {
      Vec block[LANES];
#pragma GCC unroll 16
      for (int64_t r = 0; r < LANES; r++)
        block[r] = v + r < count ? load_some(from + (v + r) * filter + j, high) : Vec{};
      transpose_block(block);
      for (int64_t c = 0; c < high; c++) store(places[c] + v, block[c]);
    }
  }
}

}  // namespace badak::BADAK_ISA
