// planes_grad.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients of
// weight and bias, for the first layer.
//   x (N, C, H, W), grad_y pixels (N, OH, OW, F), grad_weight (F, C, KH, KW), grad_bias (F,) or
//   null.
// Method: the numbers that each tap meets in a band are copied into a row of their own, with zeros
// where the window reaches outside; grad_sums.h multiplies these rows with grad_y where it lies.
#include "pixels/direct.h"
#include "pixels/grad_bands.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t PLACES = 512;         // of a band
constexpr int64_t APART = PLACES + 16;  // from a tap's row to the next: not the same set of a cache
constexpr int64_t TAPS = 128;           // copied at a time: 264 KiB

// What is stored in whole vectors reaches into what is stored next, or into the room after a row.
void fill(int64_t count, float* to) {
  for (int64_t i = 0; i < count; i += LANES) store(to + i, Vec{});
}

// to[i] = from[i * stride], i < count; nothing from `end` on may be read.
void copy_every(const float* from, const float* end, int64_t stride, int64_t count, float* to) {
  int64_t i = 0;
  if (stride == 1)
    for (; i < count && from + i + LANES <= end; i += LANES) store(to + i, load(from + i));
  if (stride == 2)
    for (; i < count && from + 2 * (i + LANES) <= end; i += LANES) {
      Vec even, odd;
      split_pairs(load(from + 2 * i), load(from + 2 * i + LANES), even, odd);
      store(to + i, even);
    }
  for (; i < count; i++) to[i] = from[i * stride];
}

// Places along one side whose tap lies inside: [first, end) of `count`; the tap of place i is at
// start + i * stride.
struct Inside {
  int64_t first, end;
  Inside(int64_t start, int64_t stride, int64_t size, int64_t count)
      : first(minimum(count, start < 0 ? ceil_div(-start, stride) : 0)),
        end(maximum(first, minimum(count, start < size ? ceil_div(size - start, stride) : 0))) {}
};

// One channel's numbers under the tap (a, b) at all places of a band.
void copy_tap(const Convolution& conv, const float* plane, const float* end,
              const PlaceBands::Band& band, int64_t cell, float* to) {
  const Window& k = conv.window;
  const int64_t a = cell / k.kw, b = cell % k.kw;
  const int64_t top = band.y * k.sh + a * k.dh - k.top, left = band.x * k.sw + b * k.dw - k.left;
  const Area& area = band.area;
  const Inside rows(top, k.sh, conv.maps.h, area.rows);
  const Inside columns(left, k.sw, conv.maps.w, area.columns);
  for (int64_t y = 0; y < area.rows; y++, to += area.columns) {
    if (y < rows.first || y >= rows.end) {
      fill(area.columns, to);
      continue;
    }
    fill(columns.first, to);
    copy_every(plane + (top + y * k.sh) * conv.maps.w + left + columns.first * k.sw, end, k.sw,
               columns.end - columns.first, to + columns.first);
    fill(area.columns - columns.end, to + columns.end);
  }
}

// The taps from `first` on, each a row.
Side copy_taps(const Convolution& conv, const float* x, const PlaceBands::Band& band, int64_t first,
               int64_t taps, float* to) {
  const Maps& maps = conv.maps;
  const int64_t places = band.area.rows * band.area.columns, plane = maps.h * maps.w;
  for (int64_t t = 0; t < taps; t++) {
    const int64_t cell = (first + t) % conv.cells(), c = (first + t) / conv.cells();
    for (int64_t i = 0; i < band.area.images; i++)
      copy_tap(conv, x + ((band.image + i) * maps.c + c) * plane, x + maps.n * maps.c * plane, band,
               cell, to + t * APART + i * places);
  }
  return {.at = to,
          .walk = {1, band.area.columns, places},
          .runs = 1,
          .length = taps,
          .across = 1,
          .run_step = 0,
          .run_row = 0};
}

}  // namespace

void planes_grad_weight(const Convolution& conv, const float* x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias) {
  const int64_t taps = conv.channels() * conv.cells();
  const PlaceBands bands(conv.maps, PLACES);
  const GradItems items(conv, taps, bands.count());
  const int64_t width = ceil_div(items.panel, LANES) * LANES, size = (1 + taps) * width;
  float* sums = scratch_floats(Scratch::partial, items.count() * size);
  parallel_for(items.count(), [&](int64_t index) {
    const GradItems::Item item = items.at(index);
    float *own = sums + index * size, *copies = scratch_floats(Scratch::columns, TAPS * APART);
    const int64_t start = bands.count() * item.segment / items.segments;
    const int64_t end = bands.count() * (item.segment + 1) / items.segments;
    if (bands.count() == 0) clear(own, size);
    for (int64_t b = start; b < end; b++) {
      const PlaceBands::Band band = bands.at(b);
      const Side grad{.at = grad_y.pixel(band.image, band.y, band.x) + item.first,
                      .walk = {grad_y.step, grad_y.row, grad_y.image},
                      .runs = 1,
                      .length = item.filters,
                      .across = 1,
                      .run_step = 0,
                      .run_row = 0};
      if (grad_bias != nullptr) sum_vectors(grad, band.area, own, b == start);
      for (int64_t first = 0; first < taps; first += TAPS)
        sum_products<APART>(copy_taps(conv, x, band, first, minimum(TAPS, taps - first), copies),
                            grad, band.area, own + width + first * grad.width(), b == start);
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
