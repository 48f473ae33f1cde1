// taps.h -- convolution of any geometry, and its gradients, tap by tap; see taps.cpp and
// taps_weight.cpp.
#pragma once

#include "conv2d/gradient.h"

namespace badak::BADAK_ISA {

void conv2d_taps(const Convolution& conv, const Epilogue& epilogue, const float* x,
                 const float* weight, const float* bias, float* y, uint8_t* winners);
void grad_x_taps(const GradientMaps& gradient, const float* weight, float* grad_x);
void grad_weight_taps(const GradientMaps& gradient, const float* x, float* grad_weight,
                      float* grad_bias);  // which may be null

}  // namespace badak::BADAK_ISA
