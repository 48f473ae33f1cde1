// max_pool2d.cpp -- the same numbers as badak.ops.reference.pool, for float.
//   x (N, C, H, W), y and indices (N, C, OH, OW), indices h * W + w in the map; all C-contiguous.
// Method: a row of places at a time in vectors; for each cell of the window, in row-major order,
// compare and select, without branches. Rows of padding are left out; if windows reach over the
// sides, the map is first copied with its padding. Fast if the stride along rows is 1 or 2; any
// other step is read number by number.
// Precondition: every window has a cell in the map (ops/pool.py checks it); h * w < 2^31.
#include "pool2d/pool2d.h"
#include "pool2d/window_bounds.h"
#include "simd/row_vectors.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// The winners so far, and where they stand from their windows' first cells.
template <class V>
struct Winners {
  typename V::Vec value;
  typename V::IntVec where;

  // The first of equals stays; NaN beats all and is beaten by none.
  void meet(typename V::Vec other, int64_t place) {
    const typename V::IntVec stay = (value >= other) | (value != value);
    value = stay ? value : other;
    where = stay ? where : typename V::IntVec{} + static_cast<int32_t>(place);
  }
};

// Fill one map's places. `x` is the map or its copy, `width` apart its rows; first[j] is the first
// cell in the map, from its corner, of the windows of column j. S is the stride along rows, or 0
// for any; K the size of a square window without dilation that never leaves the map, or 0 for any.
template <int64_t S, int64_t K>
void fill_map(const float* x, int64_t width, const int32_t* first, float* y, int64_t* indices,
              const Maps maps, const Window window) {
  const int64_t step = window.sw, w = maps.w;
  for (int64_t i = 0; i < maps.oh; i++, y += maps.ow, indices += maps.ow) {
    const int64_t top = i * window.sh - window.top, corner = top * w - window.left;
    const Range rows = cells_inside(top, window.kh, window.dh, maps.h);
    in_blocks(0, maps.ow, [=](auto lanes, int64_t place) {
      using V = decltype(lanes);
      using Int = typename V::IntVec;
      const auto value = [=](int64_t down, int64_t along) {
        return V::template load_every<S>(x + ((top + down) * width + place * step + along), step);
      };
      Winners<V> winners;
      if constexpr (K > 0) {
        winners = Winners<V>{value(0, 0), Int{}};
#pragma GCC unroll 9
        for (int64_t k = 1; k < K * K; k++) winners.meet(value(k / K, k % K), k / K * w + k % K);
      } else {
        // A map of -infinity beats nothing: its windows keep their first cells in the map.
        winners =
            Winners<V>{typename V::Vec{} - __builtin_inff(),
                       V::load(first + place) + static_cast<int32_t>(rows.first * window.dh * w)};
        for (int64_t k = rows.first * window.dh; k < rows.end * window.dh; k += window.dh)
          for (int64_t l = 0; l < window.kw * window.dw; l += window.dw)
            winners.meet(value(k, l), k * w + l);
      }
      V::store(y + place, winners.value);
      V::store(indices + place, winners.where + V::multiples(static_cast<int32_t>(step)) +
                                    static_cast<int32_t>(corner + place * step));
    });
  }
}

// A copy of a map with minus infinity on its sides.
const float* padded(const float* x, const Maps& maps, int64_t left, int64_t width) {
  float* copy = scratch_floats(Scratch::other, maps.h * width);
  for (int64_t i = 0; i < maps.h; i++) {
    float* row = copy + i * width;
    for (int64_t j = 0; j < left; j++) row[j] = -__builtin_inff();
    __builtin_memcpy(row + left, x + i * maps.w, static_cast<size_t>(maps.w) * sizeof(float));
    for (int64_t j = left + maps.w; j < width; j++) row[j] = -__builtin_inff();
  }
  return copy;
}

}  // namespace

void max_pool2d(const float* x, float* y, int64_t* indices, const Maps& maps,
                const Window& window) {
  const int64_t size = maps.h * maps.w, places = maps.oh * maps.ow;
  const int64_t reach = (maps.ow - 1) * window.sw + (window.kw - 1) * window.dw + 1;
  const int64_t width = maximum(window.left + maps.w, reach);
  const bool copies = width > maps.w;
  int32_t* first = static_cast<int32_t*>(
      scratch(Scratch::partial, static_cast<size_t>(maps.ow) * sizeof(int32_t)));
  for (int64_t j = 0; j < maps.ow; j++) {
    const int64_t corner = j * window.sw - window.left;
    const int64_t cell = cells_inside(corner, window.kw, window.dw, maps.w).first;
    first[j] = static_cast<int32_t>(cell * window.dw);
  }
  const bool inside = window.top == 0 && (maps.oh - 1) * window.sh + window.kh <= maps.h && !copies;
  const bool square = window.kh == window.kw && window.dh == 1 && window.dw == 1 && inside;
  auto* const fill = window.sw == 1             ? fill_map<1, 0>
                     : window.sw != 2           ? fill_map<0, 0>
                     : square && window.kh == 2 ? fill_map<2, 2>
                     : square && window.kh == 3 ? fill_map<2, 3>
                                                : fill_map<2, 0>;
  in_groups(maps.n * maps.c, size + places, [&](int64_t map) {
    const float* from = x + map * size;
    if (copies) from = padded(from, maps, window.left, width);
    fill(from, width, first, y + map * places, indices + map * places, maps, window);
  });
}

void max_pool2d_backward(const float* grad_y, const int64_t* indices, float* grad_x,
                         const Maps& maps) {
  const int64_t size = maps.h * maps.w, places = maps.oh * maps.ow;
  in_groups(maps.n * maps.c, size + places, [&](int64_t map) {
    float* to = grad_x + map * size;
    __builtin_memset(to, 0, static_cast<size_t>(size) * sizeof(float));
    for (int64_t place = map * places; place < (map + 1) * places; place++)
      if (static_cast<uint64_t>(indices[place]) < static_cast<uint64_t>(size))
        to[indices[place]] += grad_y[place];
  });
}

}  // namespace badak::BADAK_ISA
