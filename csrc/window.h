// window.h -- the Window of badak.ops.window, padding as numbers; the maps that it moves over.
#pragma once

#include <cstdint>

namespace badak {

// A kernel's geometry; names and meaning as in ops/window.py. Padding only before: what comes after
// the map follows from the output's size.
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

}  // namespace badak
