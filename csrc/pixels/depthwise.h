// depthwise.h -- convolution of pixels, each channel with one filter of its own; see depthwise.cpp.
#pragma once

#include "conv2d/convolution.h"
#include "pixels/pixels.h"

namespace badak::BADAK_ISA {

inline bool suits_depthwise(const Convolution& conv) {
  return conv.groups == conv.maps.c && conv.f == conv.groups && conv.f > 1;
}

int64_t depthwise_size(const Convolution& conv);
void depthwise_pack(const Convolution& conv, const float* weight, float* packed);
void depthwise(const Convolution& conv, const Pixels& x, const float* packed, const Finish& finish,
               const Pixels& y);
void depthwise_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                      const Pixels& grad_x);
void depthwise_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                           float* grad_weight, float* grad_bias);

}  // namespace badak::BADAK_ISA
