// maps.cpp -- sums, limits, masks and factors of pixels: a number by itself, or with its channel's.
// Method: rows of maps in vectors; limited by memory or cache.
#include "pixels/maps.h"

#include "pixels/rows.h"
#include "simd/sums.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

void pixels_copy(const Pixels& x, const Pixels& y) {
  map_pixels(Walk(y, x), y, [](Vec x, int64_t) { return x; }, x);
}

void pixels_clamp(const Pixels& x, const Finish& finish, const Pixels& y) {
  const float low = finish.low, high = finish.high;
  if (finish.add != nullptr)
    map_pixels(
        Walk(y, x, *finish.add), y,
        [=](Vec x, Vec add, int64_t) { return between(x + add, low, high); }, x, *finish.add);
  else
    map_pixels(Walk(y, x), y, [=](Vec x, int64_t) { return between(x, low, high); }, x);
}

void pixels_mask(const Pixels& grad, const Pixels& z, float low, float high, const Pixels& out) {
  map_pixels(
      Walk(out, grad, z), out,
      [=](Vec grad, Vec z, int64_t) { return (z > low) & (z < high) ? grad : Vec{}; }, grad, z);
}

void pixels_add(const Pixels& a, const Pixels& b, const Pixels& y) {
  map_pixels(Walk(y, a, b), y, [](Vec a, Vec b, int64_t) { return a + b; }, a, b);
}

void pixels_scale_shift(const Pixels& x, const float* scale, const float* shift, float low,
                        float high, const Pixels& y) {
  const Walk walk(y, x);
  float* patterns = scratch_floats(Scratch::channels, 2 * walk.padded());
  const float* scales = spread(walk, x.c, scale, patterns);
  const float* shifts = spread(walk, x.c, shift, patterns + walk.padded());
  map_pixels(
      walk, y,
      [=](Vec x, int64_t j) {
        return between(x * load(scales + j) + load(shifts + j), low, high);
      },
      x);
}

void pixels_gate(const Pixels& x, const float* factors, const Pixels& y) {
  const Walk walk(y, x);
  parallel_for(x.n, [&](int64_t image) {
    const float* pattern = spread(walk, x.c, factors + image * x.c,
                                  scratch_floats(Scratch::channels, walk.padded()));
    map_rows(
        walk, image * x.h, (image + 1) * x.h, y,
        [=](Vec x, int64_t j) { return x * load(pattern + j); }, x);
  });
}

void pixels_gate_backward(const Pixels& grad, const Pixels& x, const float* factors,
                          const Pixels& grad_x, float* grad_factors) {
  parallel_for(x.n, [&](int64_t image) {
    for (int64_t c = 0; c < x.c; c += LANES) {
      const int64_t size = minimum(LANES, x.c - c);
      const Vec factor = load_some(factors + image * x.c + c, size);
      Sum sum;
      for (int64_t i = 0; i < x.h; i++)
        for (int64_t j = 0; j < x.w; j++) {
          const Vec own = load(grad.pixel(image, i, j) + c);
          sum.add(own * load(x.pixel(image, i, j) + c));
          store_some(grad_x.pixel(image, i, j) + c, own * factor, size);
        }
      store_some(grad_factors + image * x.c + c, sum.lanes(), size);
    }
  });
}

}  // namespace badak::BADAK_ISA
