// normed.h -- a convolution with the batch norm of its input, in training; see normed.cpp.
#pragma once

#include "pixels/conv.h"

namespace badak {

// A batch norm between two convolutions, and the limits after it: z = (y - mean) * inverse_std *
// weight + bias within them. Only y is stored.
struct Normed {
  const float *mean, *inverse_std, *weight, *bias;
  float low, high;
};

// The statistics of what a convolution makes, for the norm after it.
struct Statistics {
  float *mean, *inverse_std, *running_mean, *running_var;
  double momentum;
  float eps;
};

// The gradient of y: from the gradient of z and its sums, which are those of bias and weight.
struct NormedGradient {
  Normed norm;
  const Pixels* y;  // null: the gradient of y itself is given
  const float *grad_weight, *grad_bias;
};

}  // namespace badak

#define BADAK_PIXELS_NORMED_KERNELS(X)                                                     \
  /* y = convolution of x's z. statistics may be null. */                                  \
  X(pixels_normed_conv,                                                                    \
    (const Convolution& conv, const Pixels& x, const Normed& norm, const float* packed,    \
     const float* bias, const Pixels& y, const Statistics* statistics))                    \
  /* grad_x is the gradient of x's z; grad_norm gets its sums: of weight, then of bias. */ \
  X(pixels_normed_conv_grad,                                                               \
    (const Convolution& conv, const Pixels& x, const Normed& norm, const float* weight,    \
     const Pixels& grad, const NormedGradient& after, const Pixels& grad_x,                \
     float* const gradients[4]))                                                           \
  /* The gradient of y from that of z; grad_y may be grad. */                              \
  X(pixels_normed_grad, (const Pixels& grad, const NormedGradient& after, const Pixels& grad_y))

BADAK_DECLARE_KERNELS(BADAK_PIXELS_NORMED_KERNELS)
