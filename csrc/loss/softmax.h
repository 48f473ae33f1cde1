// softmax.h -- softmax and log-softmax of arrays (outer, k, inner) along k; see softmax.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

#define BADAK_SOFTMAX_KERNELS(X)                                                                   \
  X(softmax, (const float* x, float* y, int64_t outer, int64_t k, int64_t inner))                  \
  X(softmax_backward,                                                                              \
    (const float* grad_y, const float* y, float* grad_x, int64_t outer, int64_t k, int64_t inner)) \
  X(log_softmax, (const float* x, float* y, int64_t outer, int64_t k, int64_t inner))              \
  X(log_softmax_backward,                                                                          \
    (const float* grad_y, const float* y, float* grad_x, int64_t outer, int64_t k, int64_t inner))

BADAK_DECLARE_KERNELS(BADAK_SOFTMAX_KERNELS)
