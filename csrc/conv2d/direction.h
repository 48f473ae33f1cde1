// direction.h -- what a convolution computes.
#pragma once

#include <cstdint>

namespace badak {

enum class Direction : int32_t { forward, grad_x, grad_weight };

}  // namespace badak
