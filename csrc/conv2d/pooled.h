// pooled.h -- a small convolution whose 2x2 pooling happens before anything is stored.
#pragma once

#include "conv2d/convolution.h"

namespace badak::BADAK_ISA {

bool suits_pooled(const Convolution& conv, const Epilogue& epilogue);
void conv2d_pooled(const Convolution& conv, const Epilogue& epilogue, const float* x,
                   const float* weight, const float* bias, float* y, uint8_t* winners);

}  // namespace badak::BADAK_ISA
