// pool2d.h -- pooling, and its opposite; see max_pool2d.cpp, avg_pool2d.cpp and resize2d.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"
#include "window.h"

namespace badak {

// For each row, or column, of a larger map: the two of the smaller one that it lies between, and
// how near the second is, from 0 to 1.
struct Between {
  const int64_t *first, *second;
  const float* share;
};

// Rows and columns of the smaller map and of the larger.
struct Sizes {
  int64_t h, w, oh, ow;
};

}  // namespace badak

#define BADAK_POOL2D_KERNELS(X)                                                                   \
  X(max_pool2d,                                                                                   \
    (const float* x, float* y, int64_t* indices, const Maps& maps, const Window& window))         \
  X(max_pool2d_backward,                                                                          \
    (const float* grad_y, const int64_t* indices, float* grad_x, const Maps& maps))               \
  /* divisors (oh, ow): what each place's sum is divided by. */                                   \
  X(avg_pool2d,                                                                                   \
    (const float* x, const float* divisors, float* y, const Maps& maps, const Window& window))    \
  X(avg_pool2d_backward, (const float* grad_y, const float* divisors, float* grad_x,              \
                          const Maps& maps, const Window& window))                                \
  /* The mean of each of `maps` maps of `size` numbers. */                                        \
  X(global_avg_pool2d, (const float* x, float* y, int64_t maps, int64_t size))                    \
  X(global_avg_pool2d_backward, (const float* grad_y, float* grad_x, int64_t maps, int64_t size)) \
  X(resize2d, (const float* x, const Between& rows, const Between& columns, float* y,             \
               int64_t maps, const Sizes& sizes))                                                 \
  X(resize2d_backward, (const float* grad_y, const Between& rows, const Between& columns,         \
                        float* grad_x, int64_t maps, const Sizes& sizes))

BADAK_DECLARE_KERNELS(BADAK_POOL2D_KERNELS)
