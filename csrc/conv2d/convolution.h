// convolution.h -- the sizes of one convolution, and what follows it in the same call.
#pragma once

#include "window.h"

namespace badak {

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

// What follows a convolution in the same call: ReLU, then 2x2 max pooling.
struct Epilogue {
  bool relu, pool;
};

}  // namespace badak
