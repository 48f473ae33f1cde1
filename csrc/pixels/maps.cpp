// maps.cpp -- sums, limits, masks and factors of pixels: a number by itself, or with its channel's.
// Method: rows of maps in vectors (rows.h); limited by memory or cache.
// No precondition.
#include "pixels/maps.h"

#include "pixels/rows.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

void pixels_copy(const Pixels& x, const Pixels& y) {
  map_all(y, [](Vec x) { return x; }, x);
}

void pixels_clamp(const Pixels& x, const Finish& finish, const Pixels& y) {
  const float low = finish.low, high = finish.high;
  if (finish.add != nullptr)
    map_all(y, [=](Vec x, Vec add) { return between(x + add, low, high); }, x, *finish.add);
  else
    map_all(y, [=](Vec x) { return between(x, low, high); }, x);
}

void pixels_mask(const Pixels& grad, const Pixels& z, float low, float high, const Pixels& out) {
  map_all(out, [=](Vec grad, Vec z) { return (z > low) & (z < high) ? grad : Vec{}; }, grad, z);
}

void pixels_add(const Pixels& a, const Pixels& b, const Pixels& y) {
  map_all(y, [](Vec a, Vec b) { return a + b; }, a, b);
}

void pixels_scale_shift(const Pixels& x, const float* scale, const float* shift, float low,
                        float high, const Pixels& y) {
  const Walk walk(y, x);
  float* patterns = scratch_floats(Scratch::channels, 2 * walk.padded());
  const float* scales = spread(walk, x.c, scale, patterns);
  const float* shifts = spread(walk, x.c, shift, patterns + walk.padded());
  map_pixels(
      walk, y,
      [=](int64_t j) {
        return [=, scale = load(scales + j), shift = load(shifts + j)](Vec x) {
          return between(x * scale + shift, low, high);
        };
      },
      x);
}

namespace {

// body(image, first row of all images, end) for bands of images, in parallel.
template <class Body>
inline void in_bands(const Walk& walk, const Pixels& x, const Body& body) {
  const int64_t height = minimum(x.h, group_size(walk.numbers())), bands = ceil_div(x.h, height);
  const int64_t together = group_size(walk.numbers() * x.h);  // images, if they are small
  const auto band = [&](int64_t image, int64_t first) {
    body(image, image * x.h + first, image * x.h + minimum(x.h, first + height));
  };
  if (bands > 1)
    parallel_for(x.n * bands, [&](int64_t i) { band(i / bands, i % bands * height); });
  else
    parallel_for(ceil_div(x.n, together), [&](int64_t i) {
      for (int64_t n = i * together; n < minimum(x.n, (i + 1) * together); n++) band(n, 0);
    });
}

// Sums of products, which are right from the start of a row to its end.
struct Products {
  Vec sum{};
  void operator()(int64_t count, const float* a, const float* b) {
    sum += first_of(load(a) * load(b), count);
  }
};

}  // namespace

void pixels_gate(const Pixels& x, const float* factors, const Pixels& y) {
  const Walk walk(y, x);
  in_bands(walk, x, [&](int64_t image, int64_t first, int64_t end) {
    const float* pattern =
        spread(walk, x.c, factors + image * x.c, scratch_floats(Scratch::channels, walk.padded()));
    map_rows(
        walk, first, end, y,
        [=](int64_t j) { return [factor = load(pattern + j)](Vec x) { return x * factor; }; }, x);
  });
}

void pixels_gate_backward(const Pixels& grad, const Pixels& x, const float* factors,
                          const Pixels& grad_x, float* grad_factors) {
  const Walk walk(grad, x);
  const int64_t chunk = maximum<int64_t>(1, 64 / walk.hops);  // rows, whose sums are floats
  in_groups(x.n, walk.numbers() * x.h, [&](int64_t image) {
    double* totals = static_cast<double*>(
        scratch(Scratch::channel_sums, static_cast<size_t>(x.c) * sizeof(double)));
    for (int64_t c = 0; c < x.c; c++) totals[c] = 0;
    const int64_t end = (image + 1) * x.h;
    for (int64_t row = image * x.h; row < end; row += chunk)
      walk_rows(
          walk, row, minimum(end, row + chunk), [](int64_t) { return Products(); },
          [&](int64_t j, const Products& products) {
            float lanes[LANES];
            store(lanes, products.sum);
            const int64_t count = minimum(LANES, walk.period - j);
            for (int64_t i = 0, c = j % x.c; i < count; i++, c = c + 1 == x.c ? 0 : c + 1)
              totals[c] += lanes[i];
          },
          grad, x);
    for (int64_t c = 0; c < x.c; c++) grad_factors[image * x.c + c] = static_cast<float>(totals[c]);
  });
  pixels_gate(grad, factors, grad_x);
}

}  // namespace badak::BADAK_ISA
