// channels_last.h -- maps as pixels: vectors of LANES channels, place by place; and back.
//
// Places are counted through the maps, row after row, so that narrow rows waste no lanes.
#pragma once

#include "conv2d/pool.h"
#include "simd/transpose.h"

namespace badak::BADAK_ISA {

// For each of `places` places, in rows of w: write(which of its square, pixel, row, at), where
// read(q, square) brings LANES numbers of LANES maps, from place q on; `at` grows by `step` from
// place to place and by `row_step` from row to row.
template <class Read, class Write>
inline void each_pixel(int64_t places, int64_t w, int64_t step, int64_t row_step, const Read& read,
                       const Write& write) {
  int64_t row = 0, column = 0, at = 0;
  for (int64_t q = 0; q < places; q += LANES) {
    Vec square[LANES];
    read(q, square);
    transpose_block(square);
    const int64_t left = places - q;
#pragma GCC unroll 16
    for (int64_t i = 0; i < LANES; i++) {
      if (left < LANES && i >= left) return;
      write(i, square[i], row, at);
      at += step;
      if (++column == w) row++, column = 0, at += row_step - w * step;
    }
  }
}

// Maps first.. of an array (maps, h, w) of so many numbers, `count` of them.
struct MapPixels {
  const float* numbers;
  int64_t size, first, count, h, w;
  // If given, only the numbers stay at whose places this is positive: a gradient after ReLU.
  const float* passed = nullptr;
  // If given, each place stands for 2x2 pixels, of which the winner has its number and the
  // others 0: a gradient after pooling.
  const uint8_t* winners = nullptr;

  // Those from a block of LANES on.
  MapPixels from_block(int64_t block) const {
    MapPixels rest = *this;
    rest.first += block * LANES, rest.count -= block * LANES;
    return rest;
  }

  // Rows from.. of pixels of a block of channels: to (rows, columns). What lies beside the maps,
  // and beside whole windows, is left as it is.
  void lay_out(int64_t block, int64_t from, int64_t rows, int64_t columns, float* to) const {
    const int64_t start = winners == nullptr ? from : from / 2;
    const int64_t stop = winners == nullptr ? from + rows : minimum((from + rows + 1) / 2, h);
    const int64_t last = minimum(LANES, count - block * LANES) - 1;
    const int64_t origin = ((first + block * LANES) * h + start) * w;
    ByteVec won[LANES];
    const auto read = [&](int64_t q, Vec(&square)[LANES]) __attribute__((always_inline)) {
      const bool inside = origin + last * h * w + q + LANES <= size;
      const auto all = [&](const float* array, const auto& put) {
#pragma GCC unroll 16
        for (int64_t c = 0; c < LANES; c++) {
          const float* const place = array + origin + minimum(c, last) * h * w + q;
          put(c, inside ? load(place) : load_before(place, array + size));
        }
      };
      all(numbers, [&](int64_t c, Vec number) { square[c] = number; });
      if (passed != nullptr)
        all(passed, [&](int64_t c, Vec number) { square[c] = number > 0.0f ? square[c] : Vec{}; });
      if (winners == nullptr) return;
      for (int64_t c = 0; c < LANES; c++) {
        const int64_t at = origin + minimum(c, last) * h * w + q;
        won[c] = load_bytes(winners + at, size - at);
      }
      transpose_block(won);
    };
    const int64_t row_step = columns * LANES;
    if (winners == nullptr) {
      each_pixel((stop - start) * w, w, LANES, row_step, read,
                 [&](int64_t, Vec pixel, int64_t, int64_t at) { store(to + at, pixel); });
      return;
    }
    to -= (from - 2 * start) * row_step;  // the window's upper row may not be needed
    each_pixel((stop - start) * w, w, 2 * LANES, 2 * row_step, read,
               [&](int64_t i, Vec pixel, int64_t row, int64_t at) {
                 const IntVec winner = __builtin_convertvector(won[i], IntVec);
                 const auto spread = [&](float* pair, int32_t first) {
                   store(pair, winner == first ? pixel : Vec{});
                   store(pair + LANES, winner == first + 1 ? pixel : Vec{});
                 };
                 if (2 * (start + row) >= from) spread(to + at, 0);
                 if (2 * (start + row) + 1 < from + rows) spread(to + at + row_step, 2);
               });
  }
};

// Pixels (rows, columns) -> the first w columns of `count` <= LANES maps, `size` numbers apart.
// Pixels are read LANES at a time, each from get(its number); put(to, vector, how many are wanted).
template <class V, class To, class Get, class Put>
inline void take_back(int64_t columns, int64_t count, int64_t rows, int64_t w, int64_t size,
                      To* maps, const Get& get, const Put& put) {
  if (columns == w) w *= rows, columns *= rows, rows = 1;
  for (int64_t y = 0; y < rows; y++)
    for (int64_t x = 0; x < w; x += LANES) {
      V square[LANES];
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) square[i] = get(y * columns + x + i);
      transpose_block(square);
      // What spills over the row's end is overwritten by the next row.
      To* const to = maps + y * w + x;
      const int64_t wanted = rows * w - y * w - x;
      if (count == LANES && wanted >= LANES) {
#pragma GCC unroll 16
        for (int64_t c = 0; c < LANES; c++) {  // more places than the hardware foresees
          put(to + c * size, square[c], LANES);
          __builtin_prefetch(to + c * size + 2 * LANES, 1);
        }
      } else {
        for (int64_t c = 0; c < count; c++) put(to + c * size, square[c], wanted);
      }
    }
}

inline void take_back(const float* pixels, int64_t columns, int64_t depth, int64_t count,
                      int64_t rows, int64_t w, int64_t size, float* maps) {
  take_back<Vec>(
      columns, count, rows, w, size, maps, [&](int64_t i) { return load(pixels + i * depth); },
      store_some);
}
inline void take_back(const ByteVec* pixels, int64_t columns, int64_t count, int64_t rows,
                      int64_t w, int64_t size, uint8_t* maps) {
  take_back<ByteVec>(
      columns, count, rows, w, size, maps, [&](int64_t i) { return pixels[i]; }, store_bytes);
}

}  // namespace badak::BADAK_ISA
