// tile_sums.h -- the sums of a register tile, ROWS x V vectors, and the step that adds to them: the
// innermost loop of every matrix product.
//
// A step loads V vectors of the right side, broadcasts ROWS numbers of the left and adds their
// products. The caller loops over the steps, says where both sides lie, and takes the sums away:
// register_tile.h, tap_tile.h, and conv2d's winograd_product.h, winograd_weight.cpp and pooled.cpp.
// All is inlined and unrolled, so that the sums stay in registers, which ROWS x V must fit. Index
// `at` in the function itself, not in a lambda: GCC 12 would keep the sums in memory.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

template <int ROWS, int V>
struct TileSums {
  Vec at[ROWS][V];

  // body(row, vector, sum) for each sum.
  template <class Body>
  [[gnu::always_inline]] inline void each(const Body& body) {
#pragma GCC unroll 24
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) body(i, v, at[i][v]);
  }

  // All sums start at this value.
  [[gnu::always_inline]] inline void fill(Vec value) {
    each([&](int, int, Vec& sum) { sum = value; });
  }

  // sums += the number left(row) * the V vectors that begin at right(vector).
  template <class Left, class Right>
  [[gnu::always_inline]] inline void add_products(const Left& left, const Right& right) {
    Vec vectors[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) vectors[v] = load(right(v));
#pragma GCC unroll 24
    for (int i = 0; i < ROWS; i++) {
      const Vec number = splat(left(i));
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) at[i][v] += number * vectors[v];
    }
  }

  // to[row * step + ...] += sums, one row after the other.
  [[gnu::always_inline]] inline void add_to(float* to, int64_t step) {
    each([&](int i, int v, Vec sum) {
      float* const place = to + i * step + v * LANES;
      store(place, load(place) + sum);
    });
  }
};

}  // namespace badak::BADAK_ISA
