// avg_pool2d.cpp -- the same numbers as badak.ops.reference.pool, for float.
//   x (N, C, H, W), y (N, C, OH, OW), divisors (OH, OW); all C-contiguous.
// Method: a window's sum is a sum of its columns' sums. A row of places first adds the map's rows
// whole, into one row with its padding, and then that row's numbers. Backward the other way: each
// row of shares is spread out along itself once, and each row of the map adds those that reach it.
// Precondition: dilation 1.
#include "pool2d/pool2d.h"
#include "pool2d/window_bounds.h"
#include "simd/row_vectors.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// How long a row is with what its windows reach before and after it.
int64_t padded_width(const Maps& maps, const Window& window) {
  return maximum(window.left + maps.w, (maps.ow - 1) * window.sw + window.kw);
}

// to[i] = sum of rows[r * distance + i] over the rows.
void add_rows(const float* rows, Range range, int64_t distance, float* to, int64_t count) {
  in_blocks(0, count, [=](auto lanes, int64_t first) {
    using V = decltype(lanes);
    typename V::Vec total{};
    for (int64_t r = range.first; r < range.end; r++)
      total += V::load(rows + (r * distance + first));
    V::store(to + first, total);
  });
}

// y[i] = sum of row[i * sw + j] over j, over divisors[i].
template <int64_t S>
void add_columns(const float* row, const float* divisors, float* y, int64_t places, int64_t sw,
                 int64_t kw) {
  in_blocks(0, places, [=](auto lanes, int64_t first) {
    using V = decltype(lanes);
    typename V::Vec total{};
    for (int64_t j = 0; j < kw; j++) total += V::template load_every<S>(row + first * sw + j, sw);
    V::store(y + first, total / V::load(divisors + first));
  });
}

}  // namespace

void avg_pool2d(const float* x, const float* divisors, float* y, const Maps& maps,
                const Window& window) {
  const int64_t size = maps.h * maps.w, places = maps.oh * maps.ow;
  const int64_t width = padded_width(maps, window);
  auto* const add = window.sw == 1   ? add_columns<1>
                    : window.sw == 2 ? add_columns<2>
                                     : add_columns<0>;
  in_groups(maps.n * maps.c, size + places, [&](int64_t map) {
    float* row = scratch_floats(Scratch::other, width);
    clear(row, width);
    for (int64_t i = 0; i < maps.oh; i++) {
      const int64_t top = i * window.sh - window.top;
      const Range cells = cells_inside(top, window.kh, 1, maps.h);
      add_rows(x + map * size, {top + cells.first, top + cells.end}, maps.w, row + window.left,
               maps.w);
      add(row, divisors + i * maps.ow, y + map * places + i * maps.ow, maps.ow, window.sw,
          window.kw);
    }
  });
}

void avg_pool2d_backward(const float* grad_y, const float* divisors, float* grad_x,
                         const Maps& maps, const Window& window) {
  const int64_t size = maps.h * maps.w, places = maps.oh * maps.ow;
  const int64_t width = padded_width(maps, window);
  in_groups(maps.n * maps.c, size + places, [&](int64_t map) {
    float* rows = scratch_floats(Scratch::other, maps.oh * width);
    clear(rows, maps.oh * width);
    for (int64_t i = 0; i < maps.oh; i++)
      for (int64_t j = 0; j < maps.ow; j++) {
        const int64_t place = i * maps.ow + j;
        const float share = grad_y[map * places + place] / divisors[place];
        float* to = rows + i * width + j * window.sw;
        for (int64_t k = 0; k < window.kw; k++) to[k] += share;
      }
    for (int64_t r = 0; r < maps.h; r++) {  // windows from r - kh + 1 to r reach this row
      const int64_t last = r + window.top, before = last - window.kh;
      const Range reach = {before < 0 ? 0 : before / window.sh + 1,
                           minimum(maps.oh, last / window.sh + 1)};
      add_rows(rows + window.left, reach, width, grad_x + map * size + r * maps.w, maps.w);
    }
  });
}

void global_avg_pool2d(const float* x, float* y, int64_t maps, int64_t size) {
  in_groups(maps, size, [&](int64_t map) {
    Sum sum;
    each_vec(size, [&](Vec value) { sum.add(value); }, x + map * size);
    y[map] = static_cast<float>(sum.total() / static_cast<double>(size));
  });
}

void global_avg_pool2d_backward(const float* grad_y, float* grad_x, int64_t maps, int64_t size) {
  in_groups(maps, size, [&](int64_t map) {
    const float share = grad_y[map] / static_cast<float>(size);
    for (int64_t i = map * size; i < (map + 1) * size; i++) grad_x[i] = share;
  });
}

}  // namespace badak::BADAK_ISA
