// elementwise.h -- kernels that treat each number by itself; see elementwise.cpp.
#pragma once

#include <cstdint>

#define BADAK_ELEMENTWISE_KERNELS(X)                                                               \
  /* y = max(x, 0); NaN stays. */                                                                  \
  X(relu, (const float *x, float *y, int64_t count))                                               \
  /* grad_x = grad_y where y > 0, else 0. */                                                       \
  X(relu_backward, (const float *grad_y, const float *y, float *grad_x, int64_t count))
