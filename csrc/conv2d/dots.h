// dots.h -- the gradient of weight of a few taps, as dot products along the places.
#pragma once

#include "conv2d/gradient.h"

namespace badak::BADAK_ISA {

// Whether taps and filters are few enough; with pooling, also whether that beats sparse.cpp.
bool suits_dots(const Convolution& conv, const Epilogue& epilogue);

void grad_weight_dots(const GradientMaps& gradient, const float* x, float* grad_weight,
                      float* grad_bias);  // which may be null

}  // namespace badak::BADAK_ISA
