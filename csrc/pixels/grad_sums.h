// grad_sums.h -- the innermost loop of all gradients of weight: products of the numbers of two
// sides, summed over pixels.
//
// A side is x (the numbers of all taps of a pixel) or grad_y (its filters). Either may be the one
// whose vectors are loaded; the other's numbers are broadcast. Nothing is packed: a tile is a few
// neighbouring numbers times up to three vectors, and walks over the pixels with one pointer each.
#pragma once

#include "conv2d/convolution.h"
#include "gemm/tile_sums.h"

namespace badak::BADAK_ISA {

// Places to sum over: of each image some rows and columns, from (y, x) on.
struct Area {
  int64_t images, rows, columns;
  int64_t y = 0, x = 0;
};

// How far it is from a pixel to the next, a row, an image.
struct Walk {
  int64_t step, row, image;
  const float* from(const float* at, const Area& area) const {
    return at + area.y * row + area.x * step;
  }
};

// `runs` runs of `length` neighbouring numbers of a pixel; in a row of the kernel there are
// `across`.
struct Side {
  const float* at;
  Walk walk;
  int64_t runs, length;
  int64_t across = 1, run_step = 0, run_row = 0;
  const int64_t* list = nullptr;  // if numbers are no neighbours: where each of the only run lies
  int64_t offset(int64_t run) const { return run / across * run_row + run % across * run_step; }
  int64_t numbers() const { return runs * length; }
  int64_t vectors_of_run() const { return ceil_div(length, LANES); }
  int64_t vectors() const { return runs * vectors_of_run(); }
  int64_t width() const { return vectors() * LANES; }
};

constexpr int MAX_VECTORS = LANES == 4 ? 2 : 3;  // of a tile

// Rows of a tile, at most: what the registers hold.
constexpr int max_rows(int64_t vectors) {
  return LANES == 16 ? (vectors == 1   ? 16
                        : vectors == 2 ? 12
                                       : 8)
                     : (vectors == 1   ? 10
                        : vectors == 2 ? 6
                                       : 4);
}

// Vectors side by side that the next tile takes, so that no single one is left.
inline int64_t tile_vectors(int64_t left) {
  return left > MAX_VECTORS && left < 2 * MAX_VECTORS - 1 ? 2 : minimum<int64_t>(left, MAX_VECTORS);
}

struct TileWork {
  const float *numbers, *vectors;
  const int64_t* list;  // of the numbers
  Walk of_numbers, of_vectors;
  int64_t offsets[MAX_VECTORS];  // of the vectors
  Area area;
  float* sums;
  int64_t row;  // of the sums
  bool first;   // the sums hold nothing yet
};

// sums[r * row + v * LANES ...] (+)= over pixels: numbers[r] * vectors[offsets[v] ...].
template <int ROWS, int V, bool LISTED>
void sum_tile(const TileWork& work) {
  TileSums<ROWS, V> own;
  own.fill(Vec{});
  const int64_t* const list = work.list;
  int64_t offsets[V];
  for (int v = 0; v < V; v++) offsets[v] = work.offsets[v];
  const int64_t number_step = work.of_numbers.step, vector_step = work.of_vectors.step;
  for (int64_t i = 0; i < work.area.images; i++)
    for (int64_t y = 0; y < work.area.rows; y++) {
      const float* numbers = work.numbers + i * work.of_numbers.image + y * work.of_numbers.row;
      const float* vectors = work.vectors + i * work.of_vectors.image + y * work.of_vectors.row;
      for (int64_t x = 0; x < work.area.columns; x++) {
        own.add_products([&](int r) { return numbers[LISTED ? list[r] : r]; },
                         [&](int v) { return vectors + offsets[v]; });
        numbers += number_step;
        vectors += vector_step;
      }
    }
  if (work.first)
    own.each([&](int r, int v, Vec sum) { store(work.sums + r * work.row + v * LANES, sum); });
  else
    own.add_to(work.sums, work.row);
}

using SumTile = void (*)(const TileWork&);

template <int V, bool LISTED, int... R>
inline SumTile sum_tile_of(int64_t rows, std::integer_sequence<int, R...>) {
  static constexpr SumTile tiles[] = {sum_tile<R + 1, V, LISTED>...};
  return tiles[rows - 1];
}

template <bool LISTED>
inline SumTile sum_tile_for(int64_t rows, int64_t vectors) {
  if (vectors == 1)
    return sum_tile_of<1, LISTED>(rows, std::make_integer_sequence<int, max_rows(1)>());
  if (vectors == 2)
    return sum_tile_of<2, LISTED>(rows, std::make_integer_sequence<int, max_rows(2)>());
  return sum_tile_of<MAX_VECTORS, LISTED>(rows,
                                          std::make_integer_sequence<int, max_rows(MAX_VECTORS)>());
}

// sums[k * right.width() + j] (+)= left's number k * right's number j, over area_of(a run of left,
// the first run of right, the last).
template <bool LISTED, class AreaOf>
void sum_products(const Side& left, const Side& right, const AreaOf& area_of, float* sums,
                  bool first) {
  const int64_t vectors = right.vectors(), of_run = right.vectors_of_run();
  for (int64_t j = 0, width; j < vectors; j += width) {
    width = tile_vectors(of_run > 1 ? of_run - j % of_run : vectors - j);
    TileWork work{};
    work.of_numbers = left.walk, work.of_vectors = right.walk;
    work.row = right.width(), work.first = first;
    for (int64_t v = 0; v < width; v++)
      work.offsets[v] = right.offset((j + v) / of_run) + (j + v) % of_run * LANES;
    const int64_t tiles = ceil_div(left.length, max_rows(width));
    for (int64_t run = 0; run < left.runs; run++) {
      work.area = area_of(run, j / of_run, (j + width - 1) / of_run);
      work.vectors = right.walk.from(right.at, work.area);
      const float* const numbers = left.walk.from(left.at, work.area) + left.offset(run);
      for (int64_t t = 0; t < tiles; t++) {
        const int64_t start = left.length * t / tiles, end = left.length * (t + 1) / tiles;
        work.numbers = LISTED ? numbers : numbers + start;
        work.list = LISTED ? left.list + start : nullptr;
        work.sums = sums + (run * left.length + start) * right.width() + j * LANES;
        sum_tile_for<LISTED>(end - start, width)(work);
      }
    }
  }
}

// sums[v * LANES ...] (+)= over the area: the vectors of the only run of a side.
inline void sum_vectors(const Side& side, const Area& area, float* sums, bool first) {
  constexpr int TOGETHER = 4;  // pixels: their sums do not wait for each other
  for (int64_t j = 0; j < side.vectors(); j++) {
    Vec totals[TOGETHER] = {};
    for (int64_t i = 0; i < area.images; i++)
      for (int64_t y = 0; y < area.rows; y++) {
        const float* from = side.at + i * side.walk.image + y * side.walk.row + j * LANES;
        int64_t x = 0;
        for (; x + TOGETHER <= area.columns; x += TOGETHER, from += TOGETHER * side.walk.step)
          for (int k = 0; k < TOGETHER; k++) totals[k] += load(from + k * side.walk.step);
        for (; x < area.columns; x++, from += side.walk.step) totals[0] += load(from);
      }
    const Vec total = (totals[0] + totals[1]) + (totals[2] + totals[3]);
    store(sums + j * LANES, first ? total : load(sums + j * LANES) + total);
  }
}

}  // namespace badak::BADAK_ISA
