// strided.h -- a convolution with a stride as one in steps of 1, over more and smaller maps.
#pragma once

#include "conv2d/gradient.h"

namespace badak::BADAK_ISA {

// Whether that one is 3x3 and suits Winograd's tiles; for the forward pass and the gradient of
// weight.
bool suits_strided(const Convolution& conv);
void conv2d_strided(const Convolution& conv, const Epilogue& epilogue, const float* x,
                    const float* weight, const float* bias, float* y, uint8_t* winners);
void grad_weight_strided(const GradientMaps& gradient, const float* x, float* grad_weight,
                         float* grad_bias);

}  // namespace badak::BADAK_ISA
