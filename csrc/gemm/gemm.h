// gemm.h -- the matrix product; see gemm.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// c = a b, and what is done with each number of c before it is stored for the last time.
struct Product {
  int64_t m, n, k;  // c is (m, n), a (m, k), b (k, n)
  const float* a;   // a[i * a_row + p * a_column]
  int64_t a_row, a_column;
  const float* b;  // b[p * b_row + j * b_column]
  int64_t b_row, b_column;
  float* c;  // c[i * c_row + j]
  int64_t c_row;
  const float* row_bias;     // (m,), or null
  const float* column_bias;  // (n,), or null
  bool relu;                 // negative numbers become 0
  bool accumulate;           // add to what stands in c (no bias or relu then)
};

}  // namespace badak

#define BADAK_GEMM_KERNELS(X)                                                                    \
  X(gemm, (const Product& product))                                                              \
  /* sums[j] = the sum of column j of a (rows, columns). */                                      \
  X(column_sums, (const float* a, int64_t rows, int64_t columns, float* sums))                   \
  /* *flops = multiply-adds counted as two, each second, of all threads that only multiplies. */ \
  X(fma_peak, (double* flops))

BADAK_DECLARE_KERNELS(BADAK_GEMM_KERNELS)
