// maps.h -- kernels that multiply, add up and move whole maps; see maps.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// Rows of `count` numbers: of each of n images `rows`, which lie apart by these distances.
struct Rows {
  int64_t n, rows, count;
  int64_t from_image, from_row, to_image, to_row;
};

}  // namespace badak

#define BADAK_MAPS_KERNELS(X)                                                                      \
  X(multiply, (const float* x, const float* other, float* y, int64_t count))                       \
  /* A row of x times, or plus, one number: row r with number r % numbers. */                      \
  X(multiply_rows,                                                                                 \
    (const float* x, const float* number, float* y, int64_t rows, int64_t count, int64_t numbers)) \
  X(add_rows,                                                                                      \
    (const float* x, const float* number, float* y, int64_t rows, int64_t count, int64_t numbers)) \
  /* The sum of products of each row with the other's. */                                          \
  X(multiply_rows_backward,                                                                        \
    (const float* grad_y, const float* x, float* grad_number, int64_t rows, int64_t count))        \
  /* The sum of each of c maps over n images of `count` numbers. */                                \
  X(sum_maps, (const float* x, float* sums, int64_t n, int64_t c, int64_t count))                  \
  X(copy_rows, (const float* x, float* y, const Rows& rows))

BADAK_DECLARE_KERNELS(BADAK_MAPS_KERNELS)
