// microkernel.h -- a register tile of the matrix product: c (rows, COLUMNS) = a (rows, k) b.
//
// Both operands are packed: a as [k][rows], b as [k][COLUMNS]. On AVX-512 12 x 2 vectors keep 24
// of 32 registers as sums: each step of k loads two vectors and broadcasts twelve numbers for
// 24 multiply-adds.
#pragma once

#include "simd.h"

namespace badak::BADAK_ISA {

constexpr int64_t VECTORS = 2; // of one row of the tile
constexpr int64_t COLUMNS = VECTORS * LANES;
constexpr int64_t TILE_ROWS = LANES == 16 ? 12 : LANES == 8 ? 6 : 6;

// What happens to a tile before it is stored.
struct Finish {
  const float *row_bias = nullptr;    // of the tile's first row
  const float *column_bias = nullptr; // of the tile's first column
  bool relu = false;
  bool accumulate = false;
};

template <int ROWS>
void tile_of(int64_t k, const float *a, const float *b, float *c, int64_t c_row, const Finish &finish) {
  Vec sums[ROWS][VECTORS];
  for (int i = 0; i < ROWS; i++)
    for (int v = 0; v < VECTORS; v++)
      sums[i][v] = Vec{};
  for (int64_t p = 0; p < k; p++) {
    Vec right[VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
      right[v] = load(b + v * LANES);
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++) {
      const Vec left = splat(a[i]);
#pragma GCC unroll 4
      for (int v = 0; v < VECTORS; v++)
        sums[i][v] += left * right[v];
    }
    a += ROWS;
    b += COLUMNS;
  }
  for (int i = 0; i < ROWS; i++)
    for (int v = 0; v < VECTORS; v++) {
      float *to = c + i * c_row + v * LANES;
      Vec value = sums[i][v];
      if (finish.accumulate)
        value += load(to);
      if (finish.row_bias != nullptr)
        value += splat(finish.row_bias[i]);
      if (finish.column_bias != nullptr)
        value += load(finish.column_bias + v * LANES);
      if (finish.relu)
        value = relu(value);
      store(to, value);
    }
}

using Tile = void (*)(int64_t, const float *, const float *, float *, int64_t, const Finish &);

inline void tile(int64_t rows, int64_t k, const float *a, const float *b, float *c, int64_t c_row,
                 const Finish &finish) {
  static constexpr Tile tiles[] = {tile_of<1>, tile_of<2>, tile_of<3>,  tile_of<4>,
                                   tile_of<5>, tile_of<6>, tile_of<7>,  tile_of<8>,
                                   tile_of<9>, tile_of<10>, tile_of<11>, tile_of<12>};
  tiles[rows - 1](k, a, b, c, c_row, finish);
}

// The same for the first `columns` < COLUMNS of the tile.
inline void partial_tile(int64_t rows, int64_t columns, int64_t k, const float *a, const float *b,
                         float *c, int64_t c_row, const Finish &finish) {
  float full[TILE_ROWS * COLUMNS], bias[COLUMNS] = {};
  Finish within = finish;
  if (finish.column_bias != nullptr) {
    for (int64_t j = 0; j < columns; j++)
      bias[j] = finish.column_bias[j];
    within.column_bias = bias;
  }
  if (finish.accumulate)
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < COLUMNS; j++)
        full[i * COLUMNS + j] = j < columns ? c[i * c_row + j] : 0;
  tile(rows, k, a, b, full, COLUMNS, within);
  for (int64_t i = 0; i < rows; i++)
    __builtin_memcpy(c + i * c_row, full + i * COLUMNS, columns * sizeof(float));
}

// Rows m split into tiles of nearly equal height, none above TILE_ROWS.
struct RowTiles {
  int64_t m, count;
  explicit RowTiles(int64_t rows) : m(rows), count(ceil_div(rows, TILE_ROWS)) {}
  int64_t start(int64_t index) const { return m * index / count; }
  int64_t height(int64_t index) const { return start(index + 1) - start(index); }
};

} // namespace badak::BADAK_ISA
