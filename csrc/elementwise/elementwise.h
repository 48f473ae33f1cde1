// elementwise.h -- kernels that treat each number by itself; see elementwise.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

#define BADAK_ELEMENTWISE_KERNELS(X)                                                           \
  X(relu, (const float* x, float* y, int64_t count))                                           \
  X(relu_backward, (const float* grad_y, const float* y, float* grad_x, int64_t count))        \
  X(leaky_relu, (const float* x, float* y, int64_t count, float negative_slope))               \
  X(leaky_relu_backward,                                                                       \
    (const float* grad_y, const float* x, float* grad_x, int64_t count, float negative_slope)) \
  X(sigmoid, (const float* x, float* y, int64_t count))                                        \
  X(sigmoid_backward, (const float* grad_y, const float* y, float* grad_x, int64_t count))     \
  X(tanh, (const float* x, float* y, int64_t count))                                           \
  X(tanh_backward, (const float* grad_y, const float* y, float* grad_x, int64_t count))        \
  X(elu, (const float* x, float* y, int64_t count, float alpha))                               \
  X(elu_backward,                                                                              \
    (const float* grad_y, const float* x, float* grad_x, int64_t count, float alpha))          \
  X(gelu, (const float* x, float* y, int64_t count, bool approximate))                         \
  X(gelu_backward,                                                                             \
    (const float* grad_y, const float* x, float* grad_x, int64_t count, bool approximate))

BADAK_DECLARE_KERNELS(BADAK_ELEMENTWISE_KERNELS)
