// layout.cpp -- planes (n, c, h, w) to pixels and back.
// Method: LANES places of LANES channels are turned in registers; places run on over a plane's rows.
#include "pixels/maps.h"
#include "simd/transpose.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// body(image, first channel, first place, how many channels, how many places), in parallel.
template <class Body>
inline void each_block(const Pixels& maps, const Body& body) {
  const int64_t places = maps.h * maps.w, blocks = ceil_div(places, LANES);
  in_groups(maps.n * blocks, LANES * maps.c, [&](int64_t item) {
    const int64_t image = item / blocks, place = item % blocks * LANES;
    for (int64_t c = 0; c < maps.c; c += LANES)
      body(image, c, place, minimum(LANES, maps.c - c), minimum(LANES, places - place));
  });
}

}  // namespace

void planes_to_pixels(const float* x, const Pixels& y) {
  const int64_t places = y.h * y.w;
  each_block(y, [&](int64_t image, int64_t c, int64_t place, int64_t channels, int64_t count) {
    Vec block[LANES] = {};
    for (int64_t i = 0; i < channels; i++)
      block[i] = load_some(x + (image * y.c + c + i) * places + place, count);
    transpose_block(block);
    for (int64_t i = 0; i < count; i++)
      store_some(y.pixel(image, (place + i) / y.w, (place + i) % y.w) + c, block[i], channels);
  });
}

void pixels_to_planes(const Pixels& x, float* y) {
  const int64_t places = x.h * x.w;
  each_block(x, [&](int64_t image, int64_t c, int64_t place, int64_t channels, int64_t count) {
    Vec block[LANES] = {};
    for (int64_t i = 0; i < count; i++)
      block[i] = load(x.pixel(image, (place + i) / x.w, (place + i) % x.w) + c);
    transpose_block(block);
    for (int64_t i = 0; i < channels; i++)
      store_some(y + (image * x.c + c + i) * places + place, block[i], count);
  });
}

}  // namespace badak::BADAK_ISA
