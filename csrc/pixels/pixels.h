// pixels.h -- maps with the channels innermost, in a frame of zeros.
//
// The frame (padding that is stored) is made once and never written again, so that no kernel knows
// edges: a window may start in it. Behind the last pixel of an array there is room for two more
// vectors, which may be read and holds nothing.
#pragma once

#include <cstdint>
#include <limits>

namespace badak {

// Images (n, h, w, c): `at` is channel 0 of the first pixel inside the frame.
struct Pixels {
  float* at;
  int64_t n, h, w, c;
  int64_t step, row, image;  // numbers from a pixel, a row, an image to the next; step >= c

  float* pixel(int64_t i, int64_t y, int64_t x) const {
    return at + i * image + y * row + x * step;
  }
};

// What follows a convolution in the same call, in this order; y is then of the pooled size.
struct Finish {
  const float* bias = nullptr;  // for each filter
  const Pixels* add = nullptr;  // of the convolution's output's size: a residual sum
  float low = -std::numeric_limits<float>::infinity();  // ReLU: 0
  float high = std::numeric_limits<float>::infinity();  // ReLU6: 6
  bool pool = false;  // 2x2 max pooling, without what is left over
};

}  // namespace badak
