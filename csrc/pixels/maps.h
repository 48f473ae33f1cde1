// maps.h -- everything on pixels but convolution; see layout.cpp, maps.cpp, activation.cpp,
// norm.cpp and pool.cpp. An output may be one of the inputs of its size unless a comment says no.
#pragma once

#include "dispatch/kernel.h"
#include "norm/norm.h"
#include "pixels/pixels.h"
#include "window.h"

namespace badak {

// What an activation is, and its options in the order of elementwise.h.
enum class Activation : int {
  relu,
  leaky_relu,
  hardtanh,
  hardsigmoid,
  sigmoid,
  tanh,
  softplus,
  elu,
  selu,
  silu,
  hardswish,
  mish,
  gelu
};
struct ActivationOf {
  Activation kind;
  float first, second;
};

// What followed a normalisation: the gradient passes where its result was between the limits.
struct NormFinish {
  const float* bias;       // to compute the result again, if there is no z
  const Pixels* z;         // the result as it was stored; needed if something was added
  float low, high;         // -inf, inf: none
  const Pixels* grad_add;  // null, or where the gradient of what was added goes
};

}  // namespace badak

#define BADAK_PIXELS_MAPS_KERNELS(X)                                                              \
  /* Planes are (n, c, h, w), as users see them. */                                               \
  X(planes_to_pixels, (const float* x, const Pixels& y))                                          \
  X(pixels_to_planes, (const Pixels& x, float* y))                                                \
  X(pixels_copy, (const Pixels& x, const Pixels& y))                                              \
  /* y = x + finish.add, within the limits. */                                                    \
  X(pixels_clamp, (const Pixels& x, const Finish& finish, const Pixels& y))                       \
  /* grad where low < z < high, else 0. */                                                        \
  X(pixels_mask, (const Pixels& grad, const Pixels& z, float low, float high, const Pixels& out)) \
  X(pixels_add, (const Pixels& a, const Pixels& b, const Pixels& y))                              \
  /* y = x * scale + shift, within the limits: numbers for each channel. */                       \
  X(pixels_scale_shift, (const Pixels& x, const float* scale, const float* shift, float low,      \
                         float high, const Pixels& y))                                            \
  /* Factors (n, c). */                                                                           \
  X(pixels_gate, (const Pixels& x, const float* factors, const Pixels& y))                        \
  X(pixels_gate_backward, (const Pixels& grad, const Pixels& x, const float* factors,             \
                           const Pixels& grad_x, float* grad_factors))                            \
  X(pixels_activation, (const ActivationOf& activation, const Pixels& x, const Pixels& y))        \
  /* saved: y of relu, sigmoid and tanh, else x. */                                               \
  X(pixels_activation_backward, (const ActivationOf& activation, const Pixels& grad,              \
                                 const Pixels& saved, const Pixels& grad_x))                      \
  /* Writes mean and inverse_std, and the new running statistics if not null. */                  \
  X(pixels_norm_statistics,                                                                       \
    (const Pixels& x, double momentum, float eps, const Channels& channels))                      \
  /* y = (x - mean) * inverse_std * weight + bias + finish.add, within the limits. */             \
  X(pixels_norm_apply,                                                                            \
    (const Pixels& x, const Channels& channels, const Finish& finish, const Pixels& y))           \
  X(pixels_norm_backward, (const Pixels& grad, const Pixels& x, const ChannelGradients& channels, \
                           const NormFinish& finish, const Pixels& grad_x))                       \
  /* Windows are cut off at the map's edges. y and grad_x are no inputs. */                       \
  X(pixels_max_pool, (const Pixels& x, const Window& window, const Pixels& y))                    \
  /* The gradient passes where low < y < high. */                                                 \
  X(pixels_max_pool_backward, (const Pixels& grad_y, const Pixels& x, const Window& window,       \
                               float low, float high, const Pixels& grad_x))                      \
  /* The sum of a window over divisors (oh, ow). */                                               \
  X(pixels_avg_pool,                                                                              \
    (const Pixels& x, const Window& window, const float* divisors, const Pixels& y))              \
  X(pixels_avg_pool_backward,                                                                     \
    (const Pixels& grad_y, const Window& window, const float* divisors, const Pixels& grad_x))

BADAK_DECLARE_KERNELS(BADAK_PIXELS_MAPS_KERNELS)
