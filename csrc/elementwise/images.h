// images.h -- copies a batch into a recorded pass; see images.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

#define BADAK_IMAGE_KERNELS(X)                        \
  /* Copy, and say whether every number is finite. */ \
  X(copy_finite, (const float* from, float* to, int64_t count, bool* finite))

BADAK_DECLARE_KERNELS(BADAK_IMAGE_KERNELS)
