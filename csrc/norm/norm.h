// norm.h -- normalisation across channels, of each channel, of groups of channels and of the
// channels at each place; see local_response_norm.cpp, batch_norm.cpp, group_norm.cpp and
// layer_norm.cpp.
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

// What group normalisation reads for each channel, and writes for each image and group.
struct Groups {
  int64_t count;
  const float *weight, *bias;
  float *mean, *inverse_std;
};

// What the gradients read and write for each channel; mean and inverse_std are as above or below.
struct ChannelGradients {
  const float *weight, *mean, *inverse_std;
  float *grad_weight, *grad_bias;
};

// What layer normalisation reads for each channel, and writes for each image and place.
struct LayerNorm {
  const float *weight, *bias;
  float *mean, *inverse_std;
};
using LayerNormGradients = ChannelGradients;

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
                            float* grad_x, const Images& images, bool training))                   \
  /* Of each channel, in double: the mean, and the sum of the squares around it. */                \
  X(channel_moments, (const float* x, double* mean, double* squares, const Images& images))        \
  X(group_norm, (const float* x, const Groups& groups, float* y, const Images& images, float eps)) \
  X(group_norm_backward, (const float* grad_y, const float* x, const ChannelGradients& channels,   \
                          int64_t groups, float* grad_x, const Images& images))                    \
  X(layer_norm,                                                                                    \
    (const float* x, const LayerNorm& norm, float* y, const Images& images, float eps))            \
  X(layer_norm_backward, (const float* grad_y, const float* x, const LayerNormGradients& norm,     \
                          float* grad_x, const Images& images))

BADAK_DECLARE_KERNELS(BADAK_NORM_KERNELS)
