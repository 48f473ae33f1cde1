// dropout.h -- inverted dropout; see dropout.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

#define BADAK_DROPOUT_KERNELS(X)                                                                   \
  /* Keeps the numbers whose random word is at least `threshold`, and multiplies them by scale. */ \
  X(dropout, (const float* x, const uint64_t* key, float* y, bool* mask, int64_t count,            \
              uint64_t threshold, float scale))                                                    \
  X(dropout_backward,                                                                              \
    (const float* grad_y, const bool* mask, float* grad_x, int64_t count, float scale))            \
  /* The random words themselves, in the order in which dropout uses them. */                      \
  X(random_words, (const uint64_t* key, uint32_t* words, int64_t count))

BADAK_DECLARE_KERNELS(BADAK_DROPOUT_KERNELS)
