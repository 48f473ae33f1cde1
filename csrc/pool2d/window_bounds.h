// window_bounds.h -- which of a window's cells lie in the map, along one axis.
#pragma once

#include "simd/simd.h"
#include "window.h"

namespace badak::BADAK_ISA {

// The cells, places or rows from `first` up to, not including, `end`.
struct Range {
  int64_t first, end;
};

// Of `kernel` cells from `corner` on, `dilation` apart: those in [0, size).
inline Range cells_inside(int64_t corner, int64_t kernel, int64_t dilation, int64_t size) {
  const auto steps = [dilation](int64_t distance) {  // to cover it; a division is slow
    return dilation == 1 ? distance : ceil_div(distance, dilation);
  };
  const int64_t first = corner < 0 ? minimum(kernel, steps(-corner)) : 0;
  const int64_t end = corner + (kernel - 1) * dilation < size ? kernel
                      : corner < size                         ? steps(size - corner)
                                                              : 0;
  return {first, maximum(first, end)};
}

// The places along one axis whose cells are all inside, of `places` places.
inline Range inner_places(int64_t places, int64_t stride, int64_t before, int64_t covers,
                          int64_t size) {
  const int64_t first = minimum(places, ceil_div(before, stride));
  const int64_t room = size + before - covers;  // the last corner that fits, from the padding on
  const int64_t end = room < 0 ? 0 : minimum(places, room / stride + 1);
  return {first, maximum(first, end)};
}

}  // namespace badak::BADAK_ISA
