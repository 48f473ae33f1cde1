// norm.h -- normalisation across channels and of each channel; see local_response_norm.cpp and
// batch_norm.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// Images (n, c, places).
struct Images {
  int64_t n, c, places;
};

// x / scale^beta, with scale = k + alpha * squares of its channel, of `before` channels before
// it and `after` channels after it, added up.
struct Response {
  int64_t before, after;
  float alpha, beta, k;
};

// What batch normalisation reads and writes for each channel.
struct Channels {
  const float *weight, *bias, *running_mean, *running_var;
  float *mean, *inverse_std, *new_running_mean, *new_running_var;
};

// What its gradients read and write for each channel.
struct ChannelGradients {
  const float *weight, *mean, *inverse_std;
  float *grad_weight, *grad_bias;
};

}  // namespace badak

#define BADAK_NORM_KERNELS(X)                                                                      \
  X(local_response_norm,                                                                           \
    (const float* x, float* y, float* scale, const Images& images, const Response& response))      \
  /* `factor` is 2 alpha beta; before and after are those of the forward pass, exchanged. */       \
  X(local_response_norm_backward,                                                                  \
    (const float* grad_y, const float* x, const float* y, const float* scale, float* grad_x,       \
     const Images& images, const Response& response, float factor))                                \
  X(batch_norm2d, (const float* x, const Channels& channels, float* y, const Images& images,       \
                   bool training, double momentum, float eps))                                     \
  X(batch_norm2d_backward, (const float* grad_y, const float* x, const ChannelGradients& channels, \
                            float* grad_x, const Images& images, bool training))

BADAK_DECLARE_KERNELS(BADAK_NORM_KERNELS)
