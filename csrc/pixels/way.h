// way.h -- the ways that a convolution of pixels may take; conv.cpp chooses.
#pragma once

#include <cstdint>

namespace badak {

enum class Way : int32_t { table, depthwise, winograd, direct };
inline constexpr const char* WAY_NAMES[] = {"table", "depthwise", "winograd", "direct"};

// The way that convolutions take which can: `table`, but where ways are compared with each other
// (tools/conv_ways.py).
extern Way wanted_way;

}  // namespace badak
