// grad_bands.h -- how the pixels of a gradient of weight are cut: into bands that stay in a cache,
// and these into segments with sums of their own.
//
// Borders depend on sizes alone, and sums are added up in order: the bits do not depend on the
// threads.
#pragma once

#include "pixels/grad_sums.h"
#include "simd/transpose.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

constexpr int64_t BAND_FLOATS = 3 << 15;    // 384 KiB: half of L2, of the smallest
constexpr int64_t LEAST_PLACES = 128;       // a band's, so that a tile is worth storing
constexpr int64_t PANEL_FLOATS = 1 << 17;   // an item's sums
constexpr int64_t ALL_SUMS = 1 << 22;       // of all items, 16 MiB
constexpr int64_t WANTED_ITEMS = 16;        // for all threads
constexpr int64_t PLACES_OF_SEGMENT = 512;  // at least

// Bands of at most `places` places: some images, or some rows of one, or a part of a row.
struct PlaceBands {
  int64_t n, oh, ow;
  int64_t images, rows, columns;  // of a band; only the last of each may have fewer
  PlaceBands(const Maps& maps, int64_t places) : n(maps.n), oh(maps.oh), ow(maps.ow) {
    const int64_t parts = ceil_div(ow, places);
    columns = ceil_div(ow, parts);
    const int64_t bands = ceil_div(oh, maximum<int64_t>(1, places / columns));
    rows = ceil_div(oh, bands);
    images = parts * bands > 1 ? 1 : maximum<int64_t>(1, minimum(n, places / (oh * ow)));
  }
  int64_t down() const { return ceil_div(oh, rows); }
  int64_t across() const { return ceil_div(ow, columns); }
  int64_t count() const { return ceil_div(n, images) * down() * across(); }

  struct Band {
    int64_t image, y, x;
    Area area;
  };
  Band at(int64_t band) const {
    const int64_t x = band % across() * columns, y = band / across() % down() * rows;
    const int64_t image = band / (across() * down()) * images;
    return {
        image, y, x, {minimum(images, n - image), minimum(rows, oh - y), minimum(columns, ow - x)}};
  }
};

// A group's filters in panels, and the bands in segments: each pair is an item, with its own sums.
struct GradItems {
  int64_t groups, filters;  // of a group
  int64_t panel, panels;    // filters of a panel
  int64_t segments;
  // taps: numbers of x that meet each filter.
  GradItems(const Convolution& conv, int64_t taps, int64_t bands)
      : groups(conv.groups), filters(conv.filters()) {
    const int64_t units = ceil_div(filters, LANES);
    const int64_t fit = maximum<int64_t>(PANEL_FLOATS / (taps * LANES), 2);
    panels = ceil_div(units, fit);
    panel = ceil_div(units, panels) * LANES;
    panels = ceil_div(filters, panel);
    const int64_t places = conv.maps.n * conv.places();
    segments = minimum(ceil_div(WANTED_ITEMS, groups * panels), places / PLACES_OF_SEGMENT);
    segments = minimum(segments, ALL_SUMS / (taps * units * LANES * groups));
    segments = maximum<int64_t>(1, minimum(segments, bands));
  }
  int64_t of_segment() const { return groups * panels; }
  int64_t count() const { return segments * of_segment(); }

  struct Item {
    int64_t segment, group, first, filters;  // `first` of the group's filters
  };
  Item at(int64_t item) const {
    const int64_t first = item % panels * panel;
    return {item / of_segment(), item / panels % groups, first, minimum(panel, filters - first)};
  }
};

// The sums of all segments at one place, added up.
struct Totals {
  const float* sums;  // of the first
  int64_t segments, step;
  Vec at(int64_t place) const {
    Vec total = load(sums + place);
    for (int64_t s = 1; s < segments; s++) total += load(sums + s * step + place);
    return total;
  }
  Totals from(int64_t place) const { return {sums + place, segments, step}; }
};

// to[j] = the total at j.
inline void add_up(const Totals& totals, int64_t count, float* to) {
  for (int64_t j = 0; j < count; j += LANES) store_some(to + j, totals.at(j), count - j);
}

// to[f * count + q] = the total at row_of(q) * width + f, for f < filters <= LANES.
template <class RowOf>
inline void add_up_turned(const Totals& totals, int64_t width, int64_t filters, int64_t count,
                          const RowOf& row_of, float* to) {
  for (int64_t q = 0; q < count; q += LANES) {
    Vec block[LANES];
    for (int64_t k = 0; k < LANES; k++)
      block[k] = totals.at(row_of(minimum(q + k, count - 1)) * width);
    transpose_block(block);
    for (int64_t f = 0; f < filters; f++) store_some(to + f * count + q, block[f], count - q);
  }
}

}  // namespace badak::BADAK_ISA
