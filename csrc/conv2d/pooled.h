// pooled.h -- a small convolution whose 2x2 pooling happens before anything is stored.
#pragma once

#include "window.h"

namespace badak::BADAK_ISA {

bool suits_pooled(const Convolution& conv, const Behind& behind);
void conv2d_pooled(const Convolution& conv, const Behind& behind, const float* x,
                   const float* weight, const float* bias, float* y, uint8_t* winners);

}  // namespace badak::BADAK_ISA
