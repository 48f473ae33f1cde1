// elementwise.h -- kernels that treat each number by itself; see elementwise.cpp, gate.cpp and
// spread.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// `count` numbers, such as one per channel, each of which meets `each` neighbouring numbers of
// every image: an image has count * each.
struct Spread {
  int64_t images, count, each;
};

}  // namespace badak

// A function of one number, with these options, and its gradient, which takes what forward saved.
#define BADAK_ACTIVATION(X, name, ...)                                          \
  X(name, (const float* x, float* y, int64_t count __VA_OPT__(, ) __VA_ARGS__)) \
  X(name##_backward, (const float* grad_y, const float* saved, float* grad_x,   \
                      int64_t count __VA_OPT__(, ) __VA_ARGS__))

#define BADAK_ELEMENTWISE_KERNELS(X)                                                              \
  BADAK_ACTIVATION(X, relu)                                                                       \
  BADAK_ACTIVATION(X, leaky_relu, float negative_slope)                                           \
  BADAK_ACTIVATION(X, hardtanh, float min_val, float max_val)                                     \
  BADAK_ACTIVATION(X, hardsigmoid)                                                                \
  BADAK_ACTIVATION(X, sigmoid)                                                                    \
  BADAK_ACTIVATION(X, tanh)                                                                       \
  BADAK_ACTIVATION(X, softplus, float beta, float threshold)                                      \
  BADAK_ACTIVATION(X, elu, float alpha)                                                           \
  BADAK_ACTIVATION(X, selu)                                                                       \
  BADAK_ACTIVATION(X, silu)                                                                       \
  BADAK_ACTIVATION(X, hardswish)                                                                  \
  BADAK_ACTIVATION(X, mish)                                                                       \
  BADAK_ACTIVATION(X, gelu, bool approximate)                                                     \
  X(prelu, (const float* x, const float* weight, float* y, const Spread& spread))                 \
  X(prelu_backward, (const float* grad_y, const float* x, const float* weight, float* grad_x,     \
                     float* grad_weight, const Spread& spread))                                   \
  X(scale_shift,                                                                                  \
    (const float* x, const float* weight, const float* bias, float* y, const Spread& spread))     \
  X(scale_shift_backward,                                                                         \
    (const float* grad_y, const float* x, const float* weight, float* grad_x, float* grad_weight, \
     float* grad_bias, const Spread& spread))

BADAK_DECLARE_KERNELS(BADAK_ELEMENTWISE_KERNELS)
