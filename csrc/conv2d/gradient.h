// gradient.h -- what both gradients of a convolution start from.
#pragma once

#include "conv2d/channels_last.h"
#include "conv2d/convolution.h"
#include "conv2d/pool.h"
#include "conv2d/taps_layout.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

// Some maps of one image, and the memory around them that may be read.
struct Source {
  const float *image, *begin, *end;
};

// The gradient at the convolution's own output, image by image; if ReLU or pooling follows it, the
// gradient is 0 at every place that did not pass them.
struct GradientMaps {
  const Convolution& conv;
  const Epilogue& epilogue;
  const float *grad_y, *y;
  const uint8_t* winners;

  // The maps of one image and group (filters, oh, ow), in this thread's memory if need be.
  Source image(int64_t image, int64_t group) const {
    const int64_t filters = conv.filters(), places = conv.places();
    const int64_t first = image * conv.f + group * filters;
    if (!epilogue.relu && !epilogue.pool)
      return {grad_y + first * places, grad_y, grad_y + conv.maps.n * conv.f * places};
    const int64_t count = filters * places;
    float* to = scratch_floats(Scratch::gradient, count + 4 * LANES);
    if (epilogue.pool) {
      const int64_t pooled = conv.maps.oh / 2 * (conv.maps.ow / 2);
      unpool_maps({grad_y + first * pooled, grad_y + conv.maps.n * conv.f * pooled,
                   y + first * pooled, winners + first * pooled},
                  filters, conv.maps.oh, conv.maps.ow, epilogue.relu, to);
    } else {
      const float *grad = grad_y + first * places, *value = y + first * places;
      int64_t i = 0;
      for (; i + LANES <= count; i += LANES)
        store(to + i, load(value + i) > 0.0f ? load(grad + i) : Vec{});
      for (; i < count; i++) to[i] = value[i] > 0 ? grad[i] : 0.0f;
    }
    clear(to + count, 4 * LANES);
    return {to, to, to + count + 4 * LANES};
  }

  // The same, to be laid out as pixels.
  MapPixels pixels(int64_t image, int64_t group) const {
    const int64_t h = epilogue.pool ? conv.maps.oh / 2 : conv.maps.oh;
    const int64_t w = epilogue.pool ? conv.maps.ow / 2 : conv.maps.ow;
    return {grad_y,
            conv.maps.n * conv.f * h * w,
            image * conv.f + group * conv.filters(),
            conv.filters(),
            h,
            w,
            epilogue.relu ? y : nullptr,
            epilogue.pool ? winners : nullptr};
  }
};

// Along one axis, the rows of x that leave the remainder `a` when (row + padding) is divided by
// the stride: row = first + i * stride. They are reached by the taps u for which the stride
// divides u * dilation - a, from the places of y at i + (at).
struct Remainder {
  int64_t stride, a, quotient, first, places;
  Remainder(int64_t size, int64_t padding, int64_t stride_, int64_t a_)
      : stride(stride_),
        a(a_),
        quotient(-floor_div(a_ - padding, stride_)),
        first(stride_ * quotient + a_ - padding),
        places(first < size ? (size - 1 - first) / stride_ + 1 : 0) {}
  // The number of such taps, which they are, and where they meet y at i = 0.
  int64_t taps(int64_t kernel, int64_t dilation, int64_t* cells, int64_t* at) const {
    int64_t count = 0;
    for (int64_t u = 0; u < kernel; u++)
      if ((u * dilation - a) % stride == 0) {
        cells[count] = u;
        at[count++] = quotient - (u * dilation - a) / stride;
      }
    return count;
  }
};

constexpr int64_t WANTED_ITEMS = 8;  // of work

// Segments of images, each with sums of its own, for this many blocks of work per image.
inline int64_t segments_for(int64_t images, int64_t blocks) {
  return maximum<int64_t>(minimum(images, ceil_div(WANTED_ITEMS, blocks)), 1);
}

}  // namespace badak::BADAK_ISA
