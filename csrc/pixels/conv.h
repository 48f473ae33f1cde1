// conv.h -- convolution of pixels and its gradients; conv.cpp says which way each takes.
//
// The weight is packed once, as the way likes it, and again only when it changes. The window reads
// the frame of x, which must be as wide as the padding. What is written is y inside its frame.
#pragma once

#include "conv2d/convolution.h"
#include "conv2d/direction.h"
#include "dispatch/kernel.h"
#include "pixels/pixels.h"
#include "pixels/way.h"

#define BADAK_PIXELS_CONV_KERNELS(X)                                                          \
  X(pixels_conv_way, (const Convolution& conv, Direction direction, const char** name))       \
  /* How many numbers the packed weight has. */                                               \
  X(pixels_conv_packed_size, (const Convolution& conv, int64_t* size))                        \
  X(pixels_conv_pack, (const Convolution& conv, const float* weight, float* packed))          \
  X(pixels_conv, (const Convolution& conv, const Pixels& x, const float* packed,              \
                  const Finish& finish, const Pixels& y))                                     \
  /* The frame of grad_y must hold dilation * (kernel - 1) - padding zeros on each side. add, \
     which may be null and is not grad_x, is added. */                                        \
  X(pixels_conv_grad_x, (const Convolution& conv, const Pixels& grad_y, const float* weight,  \
                         const Pixels* add, const Pixels& grad_x))                            \
  /* grad_bias may be null. */                                                                \
  X(pixels_conv_grad_weight, (const Convolution& conv, const Pixels& x, const Pixels& grad_y, \
                              float* grad_weight, float* grad_bias))                          \
  /* The first layer, whose x are planes (n, c, h, w). */                                     \
  X(planes_conv_packed_size, (const Convolution& conv, int64_t* size))                        \
  X(planes_conv_pack, (const Convolution& conv, const float* weight, float* packed))          \
  X(planes_conv, (const Convolution& conv, const float* x, const float* packed,               \
                  const Finish& finish, const Pixels& y))                                     \
  X(planes_conv_grad_weight, (const Convolution& conv, const float* x, const Pixels& grad_y,  \
                              float* grad_weight, float* grad_bias))

BADAK_DECLARE_KERNELS(BADAK_PIXELS_CONV_KERNELS)
