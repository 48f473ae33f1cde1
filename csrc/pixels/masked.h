// masked.h -- the gradients of a convolution and of the limits after it; see masked.cpp.
#pragma once

#include "pixels/conv.h"

namespace badak {

// The gradient of z, which was y within the limits: that of y is the same where low < z < high, and
// 0 elsewhere. It is never stored.
struct MaskedGradient {
  const Pixels &grad, &z;
  float low, high;
};

}  // namespace badak

#define BADAK_PIXELS_MASKED_KERNELS(X)                                                             \
  /* As pixels_conv_grad_x and pixels_conv_grad_weight; grad_x may be null. */                     \
  X(pixels_masked_conv_grad,                                                                       \
    (const Convolution& conv, const Pixels& x, const float* weight, const MaskedGradient& grad,    \
     const Pixels* add, const Pixels* grad_x, float* grad_weight, float* grad_bias))               \
  X(planes_masked_conv_grad, (const Convolution& conv, const float* x, const MaskedGradient& grad, \
                              float* grad_weight, float* grad_bias))

BADAK_DECLARE_KERNELS(BADAK_PIXELS_MASKED_KERNELS)
