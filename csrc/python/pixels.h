// pixels.h -- maps of pixels as Python hands them over: the array with its frame, and the inside.
#pragma once

#include <nanobind/stl/array.h>
#include <nanobind/stl/tuple.h>

#include <array>
#include <tuple>

#include "pixels/pixels.h"
#include "python/bindings.h"

namespace badak {

// The whole array (n, rows, columns, channels), and what of it counts: the first row, column and
// channel, and how many of each; see badak.ops.native.pixels.Pixels.
using PixelsIn = std::tuple<In, std::array<int64_t, 6>>;
using PixelsOut = std::tuple<Out, std::array<int64_t, 6>>;

template <class Array>
Pixels pixels_of(const std::tuple<Array, std::array<int64_t, 6>>& view) {
  const auto& [array, inside] = view;
  const auto [top, left, first, h, w, c] = inside;
  const int64_t step = array.shape(3), row = array.shape(2) * step, image = array.shape(1) * row;
  float* const numbers = const_cast<float*>(array.data());
  return {numbers + top * row + left * step + first,
          static_cast<int64_t>(array.shape(0)),
          h,
          w,
          c,
          step,
          row,
          image};
}

}  // namespace badak
