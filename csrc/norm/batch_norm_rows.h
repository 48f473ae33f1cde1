// batch_norm_rows.h -- batch normalisation of rows (N, F): one place per image and channel.
#pragma once

#include "norm/norm.h"

namespace badak::BADAK_ISA {

void batch_norm_rows(const float* x, const Channels& channels, float* y, const Images& images,
                     bool training, double momentum, float eps);
void row_moments(const float* x, double* mean, double* squares, const Images& images);
void batch_norm_rows_backward(const float* grad_y, const float* x, const ChannelGradients& channels,
                              float* grad_x, const Images& images, bool training);

}  // namespace badak::BADAK_ISA
