// window.h -- the Window of badak.ops.window, padding as numbers; the sizes of one convolution.
#pragma once

#include <cstdint>

namespace badak {

// A kernel's geometry; names and meaning as in ops/window.py. Padding only before: what lies
// behind follows from the output's size.
struct Window {
  int64_t kh, kw;     // kernel
  int64_t sh, sw;     // stride
  int64_t top, left;  // padding before
  int64_t dh, dw;     // dilation
};

// Images (n, c, h, w) under a window with oh x ow places.
struct Maps {
  int64_t n, c, h, w, oh, ow;
};

// A convolution of maps with f filters, channels and filters in groups.
struct Convolution {
  Maps maps;
  Window window;
  int64_t f, groups;
  int64_t channels() const { return maps.c / groups; }  // of a group
  int64_t filters() const { return f / groups; }        // of a group
  int64_t places() const { return maps.oh * maps.ow; }
  int64_t cells() const { return window.kh * window.kw; }
};

// What stands behind a convolution in one and the same call: ReLU, then 2x2 max pooling.
struct Behind {
  bool relu, pool;
};

}  // namespace badak
