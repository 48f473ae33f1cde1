// planes_grad.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients of
// weight and bias, for the first layer.
//   x (N, C, H, W), grad_y pixels (N, OH, OW, F), grad_weight (F, C, KH, KW), grad_bias (F,) or
//   null; any window.
// Method: a band of x is copied with its padding. There, the number that a tap meets lies at an
// offset of its own from the place; grad_sums.h reads it there, and grad_y where it lies.
// Share of FMA peak, one thread of a Zen 4: 65 to 80 %; with 8 filters 33 %.
#include "pixels/direct.h"
#include "pixels/grad_bands.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t PLACES = 512;  // of a band

// A band of x, padded: (images, C, rows, columns).
struct PaddedBand {
  int64_t rows, columns, channels;
  PaddedBand(const Convolution& conv, const PlaceBands& bands)
      : rows((bands.rows - 1) * conv.window.sh + (conv.window.kh - 1) * conv.window.dh + 1),
        columns((bands.columns - 1) * conv.window.sw + (conv.window.kw - 1) * conv.window.dw + 1),
        channels(conv.channels()) {}
  int64_t image() const { return channels * rows * columns; }
};

// Rows are stored in whole vectors, which reach into the next row, or into the room after the last.
void fill(int64_t count, float* to) {
  if (count > 0) store(to, Vec{});
  clear(to + LANES, count - LANES);
}
// Nothing from `end` on may be read.
void copy(const float* from, const float* end, int64_t count, float* to) {
  int64_t i = 0;
  for (; i < count && from + i + LANES <= end; i += LANES) store(to + i, load(from + i));
  for (; i < count; i++) to[i] = from[i];
}

void copy_band(const Convolution& conv, const float* x, const PlaceBands::Band& band,
               const PaddedBand& padded, float* to) {
  const Maps& maps = conv.maps;
  const int64_t plane = maps.h * maps.w;
  const int64_t top = band.y * conv.window.sh - conv.window.top;
  const int64_t left = band.x * conv.window.sw - conv.window.left;
  const int64_t first = minimum(padded.columns, maximum<int64_t>(0, -left));
  const int64_t last = maximum(first, minimum(padded.columns, maps.w - left));
  const float* const end = x + maps.n * maps.c * plane;
  const float* from = x + band.image * maps.c * plane;
  for (int64_t i = 0; i < band.area.images * maps.c; i++, from += plane)
    for (int64_t y = top; y < top + padded.rows; y++, to += padded.columns) {
      const bool inside = y >= 0 && y < maps.h && first < last;
      if (!inside) {
        fill(padded.columns, to);
        continue;
      }
      fill(first, to);
      copy(from + y * maps.w + left + first, end, last - first, to + first);
      fill(padded.columns - last, to + last);
    }
}

// Where the taps of a window lie from its first number, in weight's order.
void list_taps(const Convolution& conv, const PaddedBand& padded, int64_t* list) {
  const Window& k = conv.window;
  for (int64_t c = 0; c < conv.channels(); c++)
    for (int64_t a = 0; a < k.kh; a++)
      for (int64_t b = 0; b < k.kw; b++)
        *list++ = (c * padded.rows + a * k.dh) * padded.columns + b * k.dw;
}

}  // namespace

void planes_grad_weight(const Convolution& conv, const float* x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias) {
  const int64_t taps = conv.channels() * conv.cells();
  const PlaceBands bands(conv.maps, PLACES);
  const PaddedBand padded(conv, bands);
  const GradItems items(conv, taps, bands.count());
  const int64_t width = ceil_div(items.panel, LANES) * LANES, size = (1 + taps) * width;
  int64_t* list =
      static_cast<int64_t*>(scratch(Scratch::offsets, sizeof(int64_t) * static_cast<size_t>(taps)));
  list_taps(conv, padded, list);
  float* sums = scratch_floats(Scratch::partial, items.count() * size);
  parallel_for(items.count(), [&](int64_t index) {
    const GradItems::Item item = items.at(index);
    const int64_t start = bands.count() * item.segment / items.segments;
    const int64_t end = bands.count() * (item.segment + 1) / items.segments;
    float* const own = sums + index * size;
    float* const copy = scratch_floats(Scratch::image, bands.images * padded.image() + LANES);
    if (bands.count() == 0) clear(own, size);
    for (int64_t b = start; b < end; b++) {
      const PlaceBands::Band band = bands.at(b);
      copy_band(conv, x, band, padded, copy);
      const Walk walk{conv.window.sw, conv.window.sh * padded.columns, padded.image()};
      const Side numbers{.at = copy, .walk = walk, .runs = 1, .length = taps, .list = list};
      const Side filters{.at = grad_y.pixel(band.image, band.y, band.x) + item.first,
                         .walk = {grad_y.step, grad_y.row, grad_y.image},
                         .runs = 1,
                         .length = item.filters};
      if (grad_bias != nullptr) sum_vectors(filters, band.area, own, b == start);
      sum_products<true>(
          numbers, filters, [&](auto...) { return band.area; }, own + width, b == start);
    }
  });
  const int64_t pieces = width / LANES;
  parallel_for(items.panels * pieces, [&](int64_t index) {
    const GradItems::Item item = items.at(index / pieces);
    const int64_t first = index % pieces * LANES, f = item.first + first;
    if (first >= item.filters) return;
    const Totals totals{sums + index / pieces * size + first, items.segments, items.panels * size};
    const int64_t count = minimum(LANES, item.filters - first);
    add_up_turned(
        totals.from(width), ceil_div(item.filters, LANES) * LANES, count, taps,
        [](int64_t q) { return q; }, grad_weight + f * taps);
    if (grad_bias != nullptr) add_up(totals, count, grad_bias + f);
  });
}

}  // namespace badak::BADAK_ISA
