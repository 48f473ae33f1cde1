// layout.cpp -- planes (n, c, h, w) to pixels and back.
// Method: LANES places of LANES channels are turned in registers; places run on over a plane's
// rows, so that narrow maps fill the vectors too. Maps of one place are only copied.
#include "pixels/maps.h"
#include "simd/transpose.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// The pixels of LANES places, the last one again after the end.
struct Pointers {
  float* at[LANES];

  Pointers(const Pixels& x, int64_t image, int64_t place) {
    int64_t row = place / x.w, column = place % x.w;
    if (column + LANES <= x.w) {
      for (int64_t i = 0; i < LANES; i++) at[i] = x.pixel(image, row, column) + i * x.step;
      return;
    }
    for (int64_t i = 0; i < LANES; i++) {
      at[i] = x.pixel(image, row, column);
      if (column + 1 < x.w)
        column++;
      else if (row + 1 < x.h)
        row++, column = 0;
    }
  }
};

// body(pointers, image, first place) for all blocks of places, in parallel.
template <class Body>
inline void each_block(const Pixels& maps, const Body& body) {
  const int64_t blocks = ceil_div(maps.h * maps.w, LANES);
  in_groups(maps.n * blocks, LANES * maps.c, [&](int64_t item) {
    const int64_t image = item / blocks, place = item % blocks * LANES;
    body(Pointers(maps, image, place), image, place);
  });
}

// Maps of one place are rows of channels in both layouts.
inline void copy_rows_of(int64_t n, int64_t c, const float* from, int64_t from_row, float* to,
                         int64_t to_row) {
  in_groups(n, c, [=](int64_t i) {
    __builtin_memcpy(to + i * to_row, from + i * from_row, static_cast<size_t>(c) * sizeof(float));
  });
}

}  // namespace

void planes_to_pixels(const float* x, const Pixels& y) {
  const int64_t places = y.h * y.w;
  if (places == 1) return copy_rows_of(y.n, y.c, x, y.c, y.at, y.image);
  each_block(y, [=](const Pointers& to, int64_t image, int64_t place) {
    const int64_t count = minimum(LANES, places - place);
    for (int64_t c = 0; c < y.c; c += LANES) {
      const float* from = x + (image * y.c + c) * places + place;
      const int64_t channels = minimum(LANES, y.c - c);
      Vec block[LANES];
      if (channels == LANES && count == LANES) {
#pragma GCC unroll 16
        for (int64_t i = 0; i < LANES; i++) block[i] = load(from + i * places);
        transpose_block(block);
#pragma GCC unroll 16
        for (int64_t i = 0; i < LANES; i++) store(to.at[i] + c, block[i]);
        continue;
      }
      for (int64_t i = 0; i < LANES; i++)
        block[i] = load_some(from + minimum(i, channels - 1) * places, count);
      transpose_block(block);
      float spill[LANES * LANES];
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) store(spill + i * LANES, block[i]);
      for (int64_t i = 0; i < count; i++)
        store_some(to.at[i] + c, load(spill + i * LANES), channels);
    }
  });
}

void pixels_to_planes(const Pixels& x, float* y) {
  const int64_t places = x.h * x.w;
  if (places == 1) return copy_rows_of(x.n, x.c, x.at, x.image, y, x.c);
  each_block(x, [=](const Pointers& from, int64_t image, int64_t place) {
    const int64_t count = minimum(LANES, places - place);
    for (int64_t c = 0; c < x.c; c += LANES) {
      float* to = y + (image * x.c + c) * places + place;
      const int64_t channels = minimum(LANES, x.c - c);
      Vec block[LANES];
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) block[i] = load(from.at[i] + c);
      transpose_block(block);
      if (channels == LANES && count == LANES) {
#pragma GCC unroll 16
        for (int64_t i = 0; i < LANES; i++) store(to + i * places, block[i]);
        continue;
      }
      float spill[LANES * LANES];
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) store(spill + i * LANES, block[i]);
      for (int64_t i = 0; i < channels; i++)
        store_some(to + i * places, load(spill + i * LANES), count);
    }
  });
}

}  // namespace badak::BADAK_ISA
