// gemm.cpp -- the matrix product of float matrices of any orientation, with bias and ReLU.
//
// Method: for each slice of k, both operands are packed into tile order in memory that all threads
// share; then blocks of c are multiplied in parallel, tile by tile. Each number of c is the work
// of one item and sums over k in order: the bits do not depend on the number of threads.
#include "gemm.h"

#include <time.h>

#include "kernels.h"
#include "microkernel.h"
#include "threads.h"
#include "transpose.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t SLICE = 384;        // of k: a tile's slice of b is 48 KiB
constexpr int64_t BLOCK_ROWS = 8;     // row tiles in an item
constexpr int64_t BLOCK_COLUMNS = 8;  // column tiles in an item

// Rows i.. of a as [k][height].
void pack_rows(const Product &p, int64_t start, int64_t height, int64_t from, int64_t depth, float *to) {
  const float *a = p.a + start * p.a_row + from * p.a_column;
  if (p.a_column == 1) {
    transpose(a, p.a_row, height, depth, to, height);
    return;
  }
  for (int64_t q = 0; q < depth; q++, to += height)
    for (int64_t i = 0; i < height; i++)
      to[i] = a[i * p.a_row + q * p.a_column];
}

// Columns start.. of b as [k][COLUMNS], zeros behind the last.
void pack_columns(const Product &p, int64_t start, int64_t width, int64_t from, int64_t depth, float *to) {
  const float *b = p.b + from * p.b_row + start * p.b_column;
  if (width < COLUMNS)
    __builtin_memset(to, 0, depth * COLUMNS * sizeof(float));
  if (p.b_row == 1) {
    transpose(b, p.b_column, width, depth, to, COLUMNS);
    return;
  }
  for (int64_t q = 0; q < depth; q++, to += COLUMNS) {
    if (p.b_column == 1 && width == COLUMNS) {
#pragma GCC unroll 4
      for (int64_t v = 0; v < VECTORS; v++)
        store(to + v * LANES, load(b + q * p.b_row + v * LANES));
    } else {
      for (int64_t j = 0; j < width; j++)
        to[j] = b[q * p.b_row + j * p.b_column];
    }
  }
}

} // namespace

void gemm(const Product &p) {
  if (p.m == 0 || p.n == 0)
    return;
  const RowTiles rows(p.m);
  const int64_t columns = ceil_div(p.n, COLUMNS);
  const int64_t slices = most<int64_t>(ceil_div(p.k, SLICE), 1);
  const int64_t longest = ceil_div(p.k, slices);
  float *packed_a = scratch_floats(Scratch::packed_a, p.m * longest);
  float *packed_b = scratch_floats(Scratch::packed_b, columns * COLUMNS * longest);
  const int64_t row_blocks = ceil_div(rows.count, BLOCK_ROWS);
  const int64_t column_blocks = ceil_div(columns, BLOCK_COLUMNS);
  for (int64_t slice = 0; slice < slices; slice++) {
    const int64_t from = p.k * slice / slices, depth = p.k * (slice + 1) / slices - from;
    parallel_for(row_blocks + column_blocks, [&](int64_t item) {
      if (item < row_blocks) {
        const int64_t end = least((item + 1) * BLOCK_ROWS, rows.count);
        for (int64_t t = item * BLOCK_ROWS; t < end; t++)
          pack_rows(p, rows.start(t), rows.height(t), from, depth, packed_a + rows.start(t) * depth);
      } else {
        const int64_t first = (item - row_blocks) * BLOCK_COLUMNS;
        for (int64_t t = first; t < least(first + BLOCK_COLUMNS, columns); t++)
          pack_columns(p, t * COLUMNS, least(COLUMNS, p.n - t * COLUMNS), from, depth,
                       packed_b + t * COLUMNS * depth);
      }
    });
    const bool first = slice == 0, last = slice == slices - 1;
    parallel_for(row_blocks * column_blocks, [&](int64_t item) {
      const int64_t row_block = item % row_blocks, column_block = item / row_blocks;
      const int64_t row_end = least((row_block + 1) * BLOCK_ROWS, rows.count);
      const int64_t column_end = least((column_block + 1) * BLOCK_COLUMNS, columns);
      for (int64_t j = column_block * BLOCK_COLUMNS; j < column_end; j++)
        for (int64_t i = row_block * BLOCK_ROWS; i < row_end; i++) {
          const int64_t row = rows.start(i), column = j * COLUMNS;
          Finish finish;
          finish.accumulate = !first || p.accumulate;
          if (last) {
            finish.row_bias = p.row_bias == nullptr ? nullptr : p.row_bias + row;
            finish.column_bias = p.column_bias == nullptr ? nullptr : p.column_bias + column;
            finish.relu = p.relu;
          }
          const float *a = packed_a + row * depth, *b = packed_b + column * depth;
          float *c = p.c + row * p.c_row + column;
          if (column + COLUMNS <= p.n)
            tile(rows.height(i), depth, a, b, c, p.c_row, finish);
          else
            partial_tile(rows.height(i), p.n - column, depth, a, b, c, p.c_row, finish);
        }
    });
  }
}

void fma_peak(double *flops) {
  constexpr int64_t SUMS = 12, ROUNDS = 1 << 22;
  const int64_t items = num_threads();
  struct timespec start, end;
  double best = 0;
  for (int repeat = 0; repeat < 5; repeat++) {
    clock_gettime(CLOCK_MONOTONIC, &start);
    parallel_for(items, [&](int64_t) {
      Vec sums[SUMS];
      for (int64_t i = 0; i < SUMS; i++)
        sums[i] = splat(static_cast<float>(i));
      Vec factor = splat(0.5f), term = splat(0.25f);
      for (int64_t round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 12
        for (int64_t i = 0; i < SUMS; i++)
          sums[i] = sums[i] * factor + term;
        asm volatile("" : "+x"(factor), "+x"(term)); // the compiler may not foresee the result
      }
      for (int64_t i = 0; i < SUMS; i++)
        asm volatile("" : : "x"(sums[i]));
    });
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double seconds = (end.tv_sec - start.tv_sec) + 1e-9 * (end.tv_nsec - start.tv_nsec);
    best = most(best, 2.0 * LANES * SUMS * ROUNDS * items / seconds);
  }
  *flops = best;
}

} // namespace badak::BADAK_ISA
