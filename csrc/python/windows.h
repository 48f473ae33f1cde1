// windows.h -- a window as Python hands it over: its numbers, in the order of window.h.
#pragma once

#include <nanobind/stl/array.h>

#include <array>

#include "window.h"

namespace badak {

using WindowNumbers = std::array<int64_t, 8>;
using PlacedWindow = std::array<int64_t, 10>;  // and the places that it has, (oh, ow)

template <size_t N>
Window window_of(const std::array<int64_t, N>& n) {
  static_assert(N >= 8);
  return {.kh = n[0],
          .kw = n[1],
          .sh = n[2],
          .sw = n[3],
          .top = n[4],
          .left = n[5],
          .dh = n[6],
          .dw = n[7]};
}

}  // namespace badak
