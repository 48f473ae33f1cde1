// winograd.h -- 3x3 convolution of pixels with stride 1 by Winograd's algorithm; see winograd.cpp
// and winograd_weight.cpp.
#pragma once

#include "conv2d/convolution.h"
#include "pixels/pixels.h"

namespace badak::BADAK_ISA {

// Whether a convolution has this form; and whether it is large enough to repay the transforms. The
// number of images counts: the packed weight is four times as large, which a few tiles do not
// repay.
bool can_pixels_winograd(const Convolution& conv);
bool suits_pixels_winograd(const Convolution& conv);
bool suits_pixels_winograd_grad_x(const Convolution& conv);
bool suits_pixels_winograd_grad_weight(const Convolution& conv);

int64_t pixels_winograd_size(const Convolution& conv);
void pixels_winograd_pack(const Convolution& conv, const float* weight, float* packed);
void pixels_winograd(const Convolution& conv, const Pixels& x, const float* packed,
                     const Finish& finish, const Pixels& y);
void pixels_winograd_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                            const Pixels* add, const Pixels& grad_x);
void pixels_winograd_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                                 float* grad_weight, float* grad_bias);

}  // namespace badak::BADAK_ISA
