// winograd.h -- 3x3 and 5x5 convolution with stride 1 by Winograd's algorithm; see
// winograd_transforms.h and winograd_tiles.h.
#pragma once

#include "conv2d/gradient.h"
#include "conv2d/winograd_tiles.h"

namespace badak::BADAK_ISA {

// Whether a convolution has this form, and is large enough to repay the transforms.
bool suits_winograd(const Convolution& conv);
void conv2d_winograd(const Convolution& conv, const Epilogue& epilogue, const float* x,
                     const float* weight, const float* bias, float* y, uint8_t* winners);
void grad_x_winograd(const GradientMaps& gradient, const float* weight, float* grad_x);
void grad_weight_winograd(const GradientMaps& gradient, const float* x, float* grad_weight,
                          float* grad_bias);

}  // namespace badak::BADAK_ISA
