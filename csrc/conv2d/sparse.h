// sparse.h -- both gradients of a convolution before 2x2 max pooling, place by place.
#pragma once

#include "conv2d/gradient.h"

namespace badak::BADAK_ISA {

// Whether pooling follows, and a window is small enough for the registers; `as_windows` for the
// gradient of weight.
bool suits_sparse(const Convolution& conv, const Epilogue& epilogue, bool as_windows);

void grad_weight_sparse(const GradientMaps& gradient, const float* x, float* grad_weight,
                        float* grad_bias);  // which may be null
void grad_x_sparse(const GradientMaps& gradient, const float* weight, float* grad_x);

}  // namespace badak::BADAK_ISA
