// transpose.h -- rows to columns, LANES x LANES numbers at a time in registers.
#pragma once

#include "simd.h"

namespace badak::BADAK_ISA {

// to[j * to_row + i] = from[i * from_row + j] for i < rows and j < columns.
inline void transpose(const float *from, int64_t from_row, int64_t rows, int64_t columns, float *to,
                      int64_t to_row) {
  constexpr int64_t B = LANES;
  int64_t i = 0;
  for (; i + B <= rows; i += B) {
    int64_t j = 0;
    for (; j + B <= columns; j += B) {
      Vec block[B];
#pragma GCC unroll 16
      for (int64_t r = 0; r < B; r++)
        block[r] = load(from + (i + r) * from_row + j);
      // log2(B) rounds: at distance d, rows r and r + d exchange the halves of their 2d groups.
#pragma GCC unroll 4
      for (int64_t d = 1; d < B; d *= 2) {
        IntVec low, high;
#pragma GCC unroll 16
        for (int64_t l = 0; l < B; l++) {
          low[l] = static_cast<int32_t>((l & d) ? B + l - d : l);
          high[l] = static_cast<int32_t>((l & d) ? B + l : l + d);
        }
#pragma GCC unroll 16
        for (int64_t r = 0; r < B; r++) {
          if (r & d)
            continue;
          const Vec one = block[r], two = block[r + d];
          block[r] = __builtin_shuffle(one, two, low);
          block[r + d] = __builtin_shuffle(one, two, high);
        }
      }
#pragma GCC unroll 16
      for (int64_t r = 0; r < B; r++)
        store(to + (j + r) * to_row + i, block[r]);
    }
    for (; j < columns; j++)
      for (int64_t r = i; r < i + B; r++)
        to[j * to_row + r] = from[r * from_row + j];
  }
  for (; i < rows; i++)
    for (int64_t j = 0; j < columns; j++)
      to[j * to_row + i] = from[i * from_row + j];
}

} // namespace badak::BADAK_ISA
