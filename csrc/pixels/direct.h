// direct.h -- convolution of pixels as it is written: any geometry, any groups; see direct.cpp.
#pragma once

#include "conv2d/convolution.h"
#include "pixels/pixels.h"

namespace badak::BADAK_ISA {

int64_t direct_size(const Convolution& conv);
void direct_pack(const Convolution& conv, const float* weight, float* packed);
void direct(const Convolution& conv, const Pixels& x, const float* packed, const Finish& finish,
            const Pixels& y);

// The convolution that takes grad_y to grad_x if its stride is 1: channels and filters exchanged,
// taps turned around. Its weight is packed from the same numbers; size: direct_size(turned(conv)).
Convolution turned(const Convolution& conv);
void direct_pack_turned(const Convolution& conv, const float* weight, float* packed);

// At strides of 1 alone, add may be something else than null.
void direct_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                   const Pixels* add, const Pixels& grad_x);
void direct_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias);

int64_t planes_size(const Convolution& conv);
void planes_pack(const Convolution& conv, const float* weight, float* packed);
void planes(const Convolution& conv, const float* x, const float* packed, const Finish& finish,
            const Pixels& y);
void planes_grad_weight(const Convolution& conv, const float* x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias);

}  // namespace badak::BADAK_ISA
