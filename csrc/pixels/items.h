// items.h -- some images at a time: the items of work of what fuses several kernels (normed.cpp,
// masked.cpp), and the memory of each.
#pragma once

#include "pixels/conv.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

constexpr int64_t ITEM = 1 << 16;     // about so many numbers of the larger maps
constexpr int64_t WEIGHTS = 1 << 21;  // at most so many numbers of gradients of weights

// Items come in fours, as far as there are images, so that two or four threads get equal shares.
// More items for small maps would pack their weights too often.
constexpr int64_t UNIT = 4;

// Images in items, whose sizes differ by one at most.
struct Items {
  int64_t n, count;
  Items(int64_t n_, int64_t numbers, int64_t weights) : n(n_) {
    const int64_t most = maximum<int64_t>(2, WEIGHTS / maximum<int64_t>(1, weights));
    const int64_t wanted = ceil_div(n, maximum<int64_t>(1, ITEM / numbers));
    count = minimum(minimum(ceil_div(wanted, UNIT) * UNIT, most), n);
  }
  int64_t first(int64_t item) const { return n * item / count; }
  int64_t size(int64_t item) const { return first(item + 1) - first(item); }

  // The images of an item.
  Pixels of(const Pixels& x, int64_t item) const {
    Pixels part = x;
    part.at += first(item) * x.image;
    part.n = size(item);
    return part;
  }
};

inline Convolution of_images(const Convolution& conv, int64_t n) {
  Convolution part = conv;
  part.maps.n = n;
  return part;
}

// Maps of this thread in a frame of zeros.
struct FramedSize {
  int64_t top, bottom, left, right;
};
inline Pixels framed(Scratch slot, const Pixels& like, const FramedSize& frame) {
  const int64_t row = (like.w + frame.left + frame.right) * like.c;
  const int64_t image = (like.h + frame.top + frame.bottom) * row;
  float* const all = scratch_floats(slot, like.n * image + 2 * LANES);
  for (int64_t i = 0; i < like.n; i++) {
    float* to = all + i * image;
    clear(to, frame.top * row + frame.left * like.c);
    for (int64_t y = 0; y + 1 < like.h; y++)
      clear(to + (frame.top + y + 1) * row - frame.right * like.c,
            (frame.left + frame.right) * like.c);
    clear(to + (frame.top + like.h) * row - frame.right * like.c,
          frame.bottom * row + frame.right * like.c);
  }
  return {all + frame.top * row + frame.left * like.c,
          like.n,
          like.h,
          like.w,
          like.c,
          like.c,
          row,
          image};
}

// The frame that the window reads around x, and the one that its turn reads around y's gradient.
inline FramedSize reading(const Convolution& conv) {
  const Window& k = conv.window;
  const auto after = [](int64_t places, int64_t step, int64_t covers, int64_t before,
                        int64_t size) {
    return maximum<int64_t>(0, (places - 1) * step + covers - before - size);
  };
  return {k.top, after(conv.maps.oh, k.sh, (k.kh - 1) * k.dh + 1, k.top, conv.maps.h), k.left,
          after(conv.maps.ow, k.sw, (k.kw - 1) * k.dw + 1, k.left, conv.maps.w)};
}
inline FramedSize turning(const Convolution& conv) {
  const Window& k = conv.window;
  const auto before = [](int64_t covers, int64_t first, int64_t step) {
    return maximum<int64_t>(0, (covers - 1 - first) / step);
  };
  const auto after = [](int64_t size, int64_t first, int64_t step, int64_t places) {
    return maximum<int64_t>(0, (size - 1 + first) / step - places + 1);
  };
  return {before((k.kh - 1) * k.dh + 1, k.top, k.sh), after(conv.maps.h, k.top, k.sh, conv.maps.oh),
          before((k.kw - 1) * k.dw + 1, k.left, k.sw),
          after(conv.maps.w, k.left, k.sw, conv.maps.ow)};
}

// to[i] = the sum of item's numbers over all items.
inline void add_up(const float* parts, int64_t items, int64_t count, int64_t stride, float* to) {
  in_chunks(count, [&](int64_t first, int64_t size) {
    for (int64_t i = first; i < first + size; i += LANES) {
      const int64_t lanes = minimum(LANES, first + size - i);
      Sum sum;
      for (int64_t item = 0; item < items; item++)
        sum.add(load_some(parts + item * stride + i, lanes));
      store_some(to + i, sum.lanes(), lanes);
    }
  });
}

}  // namespace badak::BADAK_ISA
