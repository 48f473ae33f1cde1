// several.h -- questions about several arrays at once: see several.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// One array of any shape.
struct Span {
  float* numbers;
  int64_t count;
};

}  // namespace badak

#define BADAK_SEVERAL_KERNELS(X)                                                             \
  /* *first = the first of the arrays that holds NaN or infinity, or -1. */                  \
  X(first_not_finite, (const Span* spans, int64_t count, int64_t* first))                    \
  /* *norm = the square root of the sum of all squares; NaN or infinity if one number is. */ \
  X(norm, (const Span* spans, int64_t count, double* norm))

BADAK_DECLARE_KERNELS(BADAK_SEVERAL_KERNELS)
