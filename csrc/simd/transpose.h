// transpose.h -- rows to columns, LANES x LANES numbers at a time in registers.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

// Of rows r and r + D, the lanes that stay in r; and those for r + D.
template <int D>
struct Low {
  static constexpr int of(int l) { return (l & D) ? static_cast<int>(LANES) + l - D : l; }
};
template <int D>
struct High {
  static constexpr int of(int l) { return (l & D) ? static_cast<int>(LANES) + l : l + D; }
};

// Transpose a square block, of floats or of bytes, in log2(LANES) rounds: at distance D, rows r and
// r + D exchange the halves of their 2D groups.
template <int D = 1, class V>
inline void transpose_block(V (&block)[LANES]) {
#pragma GCC unroll 16
  for (int64_t r = 0; r < LANES; r++) {
    if (r & D) continue;
    const V upper = block[r], lower = block[r + D];
    block[r] = pick<Low<D>>(upper, lower);
    block[r + D] = pick<High<D>>(upper, lower);
  }
  if constexpr (2 * D < LANES) transpose_block<2 * D>(block);
}

// to[j * to_row + i] = from[i * from_row + j] for 0 <= i < rows <= LANES and j < columns. Columns
// are written in order and whole vectors at a time: what follows a column's rows, within
// `to`, may be overwritten, by the next column or by repeated numbers, but nothing after the last
// column's rows.
inline void transpose_strip(const float* from, int64_t from_row, int64_t rows, int64_t columns,
                            float* to, int64_t to_row) {
  const float* row[LANES];
#pragma GCC unroll 16
  for (int64_t r = 0; r < LANES; r++) row[r] = from + minimum(r, rows - 1) * from_row;
  const int64_t room = (columns - 1) * to_row + rows - LANES;  // before the last vector to fit
  for (int64_t j = 0; j < columns; j += LANES) {
    const int64_t width = minimum(LANES, columns - j);
    Vec block[LANES];
    if (width == LANES) {
#pragma GCC unroll 16
      for (int64_t r = 0; r < LANES; r++) block[r] = load(row[r] + j);
    } else {
      for (int64_t r = 0; r < LANES; r++) block[r] = load_first(row[r] + j, width);
    }
    transpose_block(block);
    if (width == LANES && (j + LANES - 1) * to_row <= room) {
#pragma GCC unroll 16
      for (int64_t c = 0; c < LANES; c++) store(to + (j + c) * to_row, block[c]);
    } else {
      float spill[LANES * LANES];
#pragma GCC unroll 16
      for (int64_t c = 0; c < LANES; c++) store(spill + c * LANES, block[c]);
      for (int64_t c = 0; c < width; c++)
        __builtin_memcpy(to + (j + c) * to_row, spill + c * LANES, rows * sizeof(float));
    }
  }
}

}  // namespace badak::BADAK_ISA
