// conv2d.h -- convolution; see conv2d.cpp, taps_weight.cpp and pool.h.
#pragma once

#include <cstdint>

#include "conv2d/convolution.h"
#include "conv2d/direction.h"
#include "dispatch/kernel.h"

// `epilogue` says what is fused: y is then what comes out of ReLU and pooling, and with pooling
// winners (n, f, oh/2, ow/2) says which of the four cells won, row by row (null: not needed).
// A gradient arrives at y, and the kernels need y and winners to see which places it reached.
#define BADAK_CONV_KERNELS(X)                                                                    \
  X(conv2d_way,                                                                                  \
    (const Convolution& conv, const Epilogue& epilogue, Direction direction, const char** name)) \
  X(conv2d, (const Convolution& conv, const Epilogue& epilogue, const float* x,                  \
             const float* weight, const float* bias, float* y, uint8_t* winners))                \
  X(conv2d_grad_x, (const Convolution& conv, const Epilogue& epilogue, const float* grad_y,      \
                    const float* y, const uint8_t* winners, const float* weight, float* grad_x)) \
  /* grad_bias may be null. */                                                                   \
  X(conv2d_grad_weight,                                                                          \
    (const Convolution& conv, const Epilogue& epilogue, const float* grad_y, const float* y,     \
     const uint8_t* winners, const float* x, float* grad_weight, float* grad_bias))

BADAK_DECLARE_KERNELS(BADAK_CONV_KERNELS)
