// gemm_rows.h -- products of some rows with a matrix, both running along k: Linear's forward pass.
//
// The matrix (Linear's weight) is read just once, where it lies; a packed copy would cost more than
// it saves. For up to four rows by dot products, else by tiles of tap_tile.h over the turned rows.
#pragma once

#include "gemm/gemm.h"
#include "gemm/register_tile.h"
#include "gemm/tap_tile.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

// What is done with a number of c before it is stored.
inline float finished(const Product& p, int64_t i, int64_t j, float value) {
  if (p.accumulate) value += p.c[i * p.c_row + j];
  if (p.row_bias != nullptr) value += p.row_bias[i];
  if (p.column_bias != nullptr) value += p.column_bias[j];
  return p.relu && value <= 0 ? 0.0f : value;
}

// COLUMNS numbers of every row of c.
template <int ROWS, int COLUMNS>
void dots(const Product& p, int64_t j) {
  Vec sums[ROWS][COLUMNS] = {};
  const float* b = p.b + j * p.b_column;
  for (int64_t q = 0; q < p.k; q += LANES) {
    const int64_t count = p.k - q;
    Vec left[ROWS];
    for (int i = 0; i < ROWS; i++) left[i] = load_some(p.a + i * p.a_row + q, count);
    for (int v = 0; v < COLUMNS; v++) {
      const Vec right = load_some(b + v * p.b_column + q, count);
      for (int i = 0; i < ROWS; i++) sums[i][v] += left[i] * right;
    }
  }
  for (int i = 0; i < ROWS; i++)
    for (int v = 0; v < COLUMNS; v++)
      p.c[i * p.c_row + j + v] = finished(p, i, j + v, sum(sums[i][v]));
}

template <int ROWS>
void few_rows(const Product& p) {
  constexpr int64_t TOGETHER = 4, WORK = 1 << 16;  // multiply-adds in an item
  const int64_t chunk = maximum<int64_t>(ceil_div(WORK, p.k * ROWS), TOGETHER);
  parallel_for(ceil_div(p.n, chunk), [&](int64_t item) {
    const int64_t end = minimum((item + 1) * chunk, p.n);
    int64_t j = item * chunk;
    for (; j + TOGETHER <= end; j += TOGETHER) dots<ROWS, TOGETHER>(p, j);
    for (; j < end; j++) dots<ROWS, 1>(p, j);
  });
}

// c's columns from j, up to a vector of them, from sums (LANES, width) in `parts` parts.
inline void finish_columns(const Product& p, int64_t j, const float* sums, int64_t parts,
                           int64_t part_size, int64_t width) {
  const int64_t columns = p.n - j;
  const Vec bias = p.column_bias == nullptr ? Vec{} : load_some(p.column_bias + j, columns);
  for (int64_t i = 0; i < p.m; i += LANES) {
    Vec block[LANES];
#pragma GCC unroll 16
    for (int64_t l = 0; l < LANES; l++) {
      const float* from = sums + minimum(l, columns - 1) * width + i;
      block[l] = load(from);
      for (int64_t part = 1; part < parts; part++) block[l] += load(from + part * part_size);
    }
    transpose_block(block);
    for (int64_t r = 0; r < minimum(LANES, p.m - i); r++) {
      float* to = p.c + (i + r) * p.c_row + j;
      Vec value = block[r] + bias;
      if (p.accumulate) value += load_some(to, columns);
      if (p.row_bias != nullptr) value += splat(p.row_bias[i + r]);
      store_some(to, p.relu ? relu(value) : value, columns);
    }
  }
}

// c = a b where b's columns are rows of a matrix that is read in place, and a does not have many
// rows. If b has few columns, k falls into parts with sums of their own.
inline void some_rows(const Product& p) {
  constexpr int64_t FEW_COLUMNS = 512, PART = 256, ITEMS = 8;
  const int64_t width = strips_width(p.m);
  const int64_t parts = p.n >= FEW_COLUMNS ? 1 : maximum<int64_t>(minimum(ITEMS, p.k / PART), 1);
  const int64_t blocks = parts > 1 ? 1 : minimum(2 * ITEMS, ceil_div(p.n, LANES));
  float* strips = scratch_floats(Scratch::packed_b, p.k * width);
  float* sums = scratch_floats(Scratch::partial, parts * p.n * width);
  int64_t* offsets = static_cast<int64_t*>(scratch(Scratch::offsets, sizeof(int64_t) * p.n));
  for (int64_t j = 0; j < p.n; j++) offsets[j] = j * p.b_column;
  const auto start = [&](int64_t part) { return p.k * part / parts; };
  const auto turn_part = [&](int64_t from, int64_t to, float* strips_of_part, int64_t all) {
    turn(p.a + from, p.a_row, p.m, to - from, strips_of_part, all);
  };
  const auto add = [&](int64_t part, int64_t first, int64_t end) {
    float* own = sums + part * p.n * width;
    clear(own + first * width, (end - first) * width);
    add_taps(p.b + start(part), offsets + first, end - first, strips + start(part) * width, width,
             start(part + 1) - start(part), own + first * width, p.k);
  };
  if (parts > 1) {
    parallel_for(parts, [&](int64_t part) {
      turn_part(start(part), start(part + 1), strips + start(part) * width,
                start(part + 1) - start(part));
      add(part, 0, p.n);
    });
  } else {
    turn_part(0, p.k, strips, p.k);
    parallel_for(blocks,
                 [&](int64_t block) { add(0, p.n * block / blocks, p.n * (block + 1) / blocks); });
  }
  const int64_t vectors = ceil_div(p.n, LANES);
  parallel_for(ceil_div(vectors, 4), [&](int64_t item) {
    for (int64_t v = 4 * item; v < minimum(4 * item + 4, vectors); v++)
      finish_columns(p, v * LANES, sums + v * LANES * width, parts, p.n * width, width);
  });
}

}  // namespace badak::BADAK_ISA
