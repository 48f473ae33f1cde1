// rows.h -- walks the rows of maps of one size, in vectors, with numbers for each channel beside.
//
// If the pixels of all maps follow each other, a row is one run of w * c numbers; otherwise each
// pixel is a run. Numbers for each channel are laid out as a pattern of whole pixels and whole
// vectors, so that any number of channels fills the vectors. Past a run's end lanes are read, as
// pixels.h allows, and not written.
#pragma once

#include "pixels/pixels.h"
#include "simd/simd.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

// How rows are walked: runs of `length` numbers, and in a run patterns of `period` numbers.
struct Walk {
  int64_t rows, runs, length, period;  // rows of all images; runs of a row

  template <class... Others>
  explicit Walk(const Pixels& x, const Others&... others) {
    const bool joined = x.step == x.c && ((others.step == others.c) && ...);
    rows = x.n * x.h;
    runs = joined ? 1 : x.w;
    length = joined ? x.w * x.c : x.c;
    period = x.c;
    if (!joined) return;
    while (period % LANES != 0) period *= 2;
    while (period < 4 * LANES) period *= 2;
    period = minimum(period, ceil_div(length, x.c) * x.c);
  }

  int64_t numbers() const { return runs * length; }  // of a row
  int64_t padded() const { return ceil_div(period, LANES) * LANES; }
};

// Where a row starts: its image and its number there.
struct Place {
  int64_t image, row;
  explicit Place(const Pixels& x, int64_t line) : image(line / x.h), row(line % x.h) {}
  void next(const Pixels& x) {
    if (++row == x.h) row = 0, image++;
  }
  float* in(const Pixels& x) const { return x.at + image * x.image + row * x.row; }
};

// `numbers` for each channel as a pattern at `to`, which has padded() numbers; returns `to`.
inline const float* spread(const Walk& walk, int64_t c, const float* numbers, float* to) {
  for (int64_t i = 0; i < walk.padded(); i++) to[i] = 0;
  for (int64_t i = 0; i < walk.period; i += c)
    for (int64_t j = 0; j < c; j++) to[i + j] = numbers[j];
  return to;
}

// body(offset in the run, offset in the pattern, how many numbers) for all vectors of a run.
template <class Body>
inline void each_vector(const Walk& walk, const Body& body) {
  for (int64_t start = 0; start < walk.length; start += walk.period) {
    const int64_t end = minimum(walk.period, walk.length - start);
    int64_t j = 0;
    for (; j + LANES <= end; j += LANES) body(start + j, j, LANES);
    if (j < end) body(start + j, j, end - j);
  }
}

// Pieces of about GRAIN numbers: body(first row, end), in parallel.
template <class Body>
inline void in_row_groups(const Walk& walk, const Body& body) {
  const int64_t group = group_size(walk.numbers());
  parallel_for(ceil_div(walk.rows, group), [&](int64_t piece) {
    body(piece * group, minimum(walk.rows, (piece + 1) * group));
  });
}

// y = function(inputs..., offset in the pattern), a row at a time, in rows [first, end).
template <class Function, class... Input>
inline void map_rows(const Walk& walk, int64_t first, int64_t end, const Pixels& y,
                     const Function function, const Input&... inputs) {
  Place place(y, first);
  for (int64_t row = first; row < end; row++, place.next(y))
    for (int64_t run = 0; run < walk.runs; run++) {
      const auto from = [&](const Pixels& x) { return place.in(x) + run * x.step; };
      float* const to = from(y);
      each_vector(walk, [&](int64_t at, int64_t channel, int64_t count) {
        store_some(to + at, function(load(from(inputs) + at)..., channel), count);
      });
    }
}

// The same for all rows, in parallel.
template <class Function, class... Input>
inline void map_pixels(const Walk& walk, const Pixels& y, const Function& function,
                       const Input&... inputs) {
  in_row_groups(walk, [&](int64_t first, int64_t end) {
    map_rows(walk, first, end, y, function, inputs...);
  });
}

}  // namespace badak::BADAK_ISA
