// register_tile.h -- a register tile of every matrix product: c (ROWS, V vectors) = a b.
//
// a is packed as [k][ROWS]; b's rows are V vectors wherever the caller's Rows says they lie: packed
// one after the other for gemm, inside a shifted image for convolution. On AVX-512, 12 x 2 vectors
// keep 24 of 32 registers as sums: each step of k loads two vectors and broadcasts twelve numbers
// for 24 multiply-adds, so the arithmetic hides the loads. Few rows take more vectors.
#pragma once

#include "gemm/tile_sums.h"

namespace badak::BADAK_ISA {

constexpr int64_t TILE_ROWS = LANES == 16  ? 12
                              : LANES == 8 ? 6
                                           : 4;  // at most LANES: see pack_rows
constexpr int64_t WIDE_ROWS = TILE_ROWS / 2;     // up to so many rows a tile is four vectors wide

// What happens to a tile before it is stored.
struct Finish {
  const float* row_bias = nullptr;     // of the tile's first row
  const float* column_bias = nullptr;  // of the tile's first column
  bool relu = false;
  bool accumulate = false;  // add to what stands in c
};

// b's rows, one after the other.
struct PackedRows {
  const float* from;
  int64_t width;
  const float* operator()(int64_t p) const { return from + p * width; }
};

// b's rows, each at its own distance from one place.
struct ScatteredRows {
  const float* from;
  const int64_t* offsets;
  const float* operator()(int64_t p) const { return from + offsets[p]; }
};

// a where it lies: number i of step p is at[i * row + p * step], for up to 12 rows. Four rows share
// a pointer, or the addresses alone would fill the registers.
struct RowsInPlace {
  const float* at[3];
  int64_t row, step;
  RowsInPlace(const float* from, int64_t row, int64_t step)
      : at{from, from + 4 * row, from + 8 * row}, row(row), step(step) {}
  float operator[](int i) const { return at[i / 4][i % 4 * row]; }
  RowsInPlace& operator+=(int) {
    for (const float*& from : at) from += step;
    return *this;
  }
};

// The first `columns` columns of the tile are stored; b's rows are read to their full width.
template <int ROWS, int V, class Rows, class Left>
void tile_of(int64_t k, Left a, Rows b, float* c, int64_t c_row, int64_t columns,
             const Finish& finish) {
  const bool whole = columns == V * LANES;
  TileSums<ROWS, V> sums;
  sums.fill(Vec{});
  if (finish.accumulate) {  // c comes while the products are summed
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) __builtin_prefetch(c + i * c_row + v * LANES, 1);
  }
  for (int64_t p = 0; p < k; p++, a += ROWS) {
    const float* const row = b(p);
    sums.add_products([&a](int i) { return a[i]; }, [row](int v) { return row + v * LANES; });
  }
  if (finish.accumulate) {
    // Not by sums.each: with that, GCC 12 makes tiles of 10 rows 6 % slower on AVX-512.
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++)
        sums.at[i][v] += whole ? load(c + i * c_row + v * LANES)
                               : load_some(c + i * c_row + v * LANES, columns - v * LANES);
  }
  if (finish.row_bias != nullptr)
    sums.each([&](int i, int, Vec& sum) { sum += splat(finish.row_bias[i]); });
  if (finish.column_bias != nullptr) {
    Vec bias[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
      bias[v] = load_some(finish.column_bias + v * LANES, columns - v * LANES);
    sums.each([&](int, int v, Vec& sum) { sum += bias[v]; });
  }
  if (finish.relu) sums.each([](int, int, Vec& sum) { sum = relu(sum); });
  if (whole)
    sums.each([&](int i, int v, Vec sum) { store(c + i * c_row + v * LANES, sum); });
  else
    sums.each([&](int i, int v, Vec sum) {
      store_some(c + i * c_row + v * LANES, sum, columns - v * LANES);
    });
}

template <class Rows, class Left>
using Tile = void (*)(int64_t, Left, Rows, float*, int64_t, int64_t, const Finish&);

// The tile of `rows` <= TILE_ROWS and `vectors`: 1, 2, or, up to WIDE_ROWS rows, 4.
template <class Rows, class Left = const float*>
Tile<Rows, Left> tile_for(int64_t rows, int64_t vectors) {
#define BADAK_TILES(V)                                                                  \
  {                                                                                     \
    tile_of<1, V, Rows, Left>, tile_of<2, V, Rows, Left>, tile_of<3, V, Rows, Left>,    \
        tile_of<4, V, Rows, Left>, tile_of<5, V, Rows, Left>, tile_of<6, V, Rows, Left> \
  }
  static constexpr Tile<Rows, Left> narrow[][6] = {BADAK_TILES(1), BADAK_TILES(2)};
  static constexpr Tile<Rows, Left> wide[] = BADAK_TILES(4);
#undef BADAK_TILES
  if (vectors == 4) return wide[rows - 1];
  if (rows <= 6) return narrow[vectors - 1][rows - 1];
  if constexpr (TILE_ROWS == 12) {
#define BADAK_TILES(V)                                                                     \
  {                                                                                        \
    tile_of<7, V, Rows, Left>, tile_of<8, V, Rows, Left>, tile_of<9, V, Rows, Left>,       \
        tile_of<10, V, Rows, Left>, tile_of<11, V, Rows, Left>, tile_of<12, V, Rows, Left> \
  }
    static constexpr Tile<Rows, Left> high[][6] = {BADAK_TILES(1), BADAK_TILES(2)};
#undef BADAK_TILES
    return high[vectors - 1][rows - 7];
  }
  return nullptr;
}

// Rows m split into tiles of nearly equal height, none above TILE_ROWS. Packed, tile after tile,
// each as [k][height], they take m * k numbers.
struct RowTiles {
  int64_t m, count;
  explicit RowTiles(int64_t rows) : m(rows), count(ceil_div(rows, TILE_ROWS)) {}
  int64_t start(int64_t index) const { return m * index / count; }
  int64_t height(int64_t index) const { return start(index + 1) - start(index); }
  int64_t vectors() const { return m <= WIDE_ROWS ? 4 : 2; }  // of a panel of columns
};

}  // namespace badak::BADAK_ISA
