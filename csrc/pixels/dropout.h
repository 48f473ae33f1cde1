// dropout.h -- dropout of pixels; see dropout.cpp.
#pragma once

#include "dispatch/kernel.h"
#include "pixels/pixels.h"

#define BADAK_PIXELS_DROPOUT_KERNELS(X)                                                        \
  /* Drops what elementwise/dropout.h drops of the same maps as planes. mask (n, h, w, c) gets \
     room for 64 more. */                                                                      \
  X(pixels_dropout, (const Pixels& x, const uint64_t* key, uint64_t threshold, float scale,    \
                     uint8_t* mask, const Pixels& y))                                          \
  X(pixels_dropout_backward,                                                                   \
    (const Pixels& grad, const uint8_t* mask, float scale, const Pixels& grad_x))

BADAK_DECLARE_KERNELS(BADAK_PIXELS_DROPOUT_KERNELS)
