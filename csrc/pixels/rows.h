// rows.h -- walks the rows of maps of one size, in vectors, with numbers for each channel beside.
//
// A row is some hops of `period` numbers, and perhaps a rest. If the pixels of all maps follow each
// other, a hop is several pixels, as many as make whole vectors of any number of channels;
// otherwise it is one pixel. Numbers for each channel are laid out as a pattern of one hop. Four
// vectors of it stay in registers while the row goes by; of longer patterns that would read memory
// in leaps, so each hop reads them again. Past the end of a row lanes are read, as pixels.h allows,
// and not written.
#pragma once

#include "pixels/pixels.h"
#include "simd/simd.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

constexpr int64_t STRIP = 4 * LANES;
constexpr int TOGETHER = 4;          // hops whose sums are read and stored once
constexpr int64_t CACHED = 1 << 17;  // numbers that stay in L2
constexpr int64_t LONG = 1024;       // patterns that are no longer stay in L1

struct Walk {
  int64_t rows, hops, period, rest;  // rows of all images; the others of a row
  bool joined;

  template <class... Others>
  explicit Walk(const Pixels& x, const Others&... others)
      : rows(x.n * x.h), joined(x.step == x.c && ((others.step == others.c) && ...)) {
    hops = x.w, period = x.c, rest = 0;
    if (!joined) return;
    while (period % LANES != 0) period *= 2;
    const int64_t length = x.w * x.c;
    // Whole strips; in order if there are hops enough, and memory is far.
    const bool in_strips = length < TOGETHER * period || rows * length <= CACHED;
    while (period % STRIP != 0 && period < 16 * STRIP && (in_strips || STRIP % period == 0))
      period *= 2;
    period = minimum(period, length);
    hops = length / period, rest = length % period;
  }

  int64_t numbers() const { return hops * period + rest; }  // of a row
  // Whether to write in the order of memory: in strips of a long pattern memory would be written in
  // leaps, at a third of its speed. Sums, which then do not stay in registers, gain if strips leave
  // a rest.
  bool in_order() const { return period != STRIP && period <= LONG; }
  bool sums_in_order() const { return period % STRIP != 0 && period <= LONG && hops >= TOGETHER; }
  int64_t padded() const { return ceil_div(period, LANES) * LANES; }
};

// A row of all images: its image and its number there.
struct Place {
  int64_t image, row;
  Place(const Pixels& x, int64_t line) : image(line / x.h), row(line % x.h) {}
  void next(const Pixels& x) {
    if (++row == x.h) row = 0, image++;
  }
  float* in(const Pixels& x) const { return x.at + image * x.image + row * x.row; }
};

// Where a map is read or written next.
struct Cursor {
  float* at;
  int64_t hop;
  Cursor(const Walk& walk, const Pixels& x, const Place& place, int64_t j)
      : at(place.in(x) + j), hop(walk.joined ? walk.period : x.step) {}
};

// `numbers` for each channel as a pattern at `to`, which has padded() numbers; returns `to`.
inline const float* spread(const Walk& walk, int64_t c, const float* numbers, float* to) {
  for (int64_t i = 0; i < walk.period; i += c)
    __builtin_memcpy(to + i, numbers, static_cast<size_t>(c) * sizeof(float));
  for (int64_t i = walk.period; i < walk.padded(); i++) to[i] = 0;
  return to;
}

// Zeros from lane `count` on.
inline Vec first_of(Vec value, int64_t count) {
  if (count >= LANES) return value;
  IntVec lane;
  for (int32_t i = 0; i < LANES; i++) lane[i] = i;
  return lane < static_cast<int32_t>(count) ? value : Vec{};
}

// step(how many numbers, the maps there...) along one row, at one vector of each hop.
template <class Step, class... Cursors>
inline void along(const Walk& walk, int64_t j, int64_t width, Step& step, Cursors... cursor) {
  for (int64_t hop = 0; hop < walk.hops; hop++) {
    step(width, cursor.at...);
    ((cursor.at += cursor.hop), ...);
  }
  if (j < walk.rest) step(minimum(width, walk.rest - j), cursor.at...);
}

// The same at the four vectors of a strip.
template <class Step, class... Cursors>
inline void along(const Walk& walk, int64_t j, Step& a, Step& b, Step& c, Step& d,
                  Cursors... cursor) {
  for (int64_t hop = 0; hop < walk.hops; hop++) {
    a(LANES, cursor.at...);
    b(LANES, (cursor.at + LANES)...);
    c(LANES, (cursor.at + 2 * LANES)...);
    d(LANES, (cursor.at + 3 * LANES)...);
    ((cursor.at += cursor.hop), ...);
  }
  const int64_t rest = walk.rest - j;
  if (rest > 0) a(minimum(LANES, rest), cursor.at...);
  if (rest > LANES) b(minimum(LANES, rest - LANES), (cursor.at + LANES)...);
  if (rest > 2 * LANES) c(minimum(LANES, rest - 2 * LANES), (cursor.at + 2 * LANES)...);
  if (rest > 3 * LANES) d(minimum(LANES, rest - 3 * LANES), (cursor.at + 3 * LANES)...);
}

// For each vector j of the pattern: make(j) is a step, which walks rows [first, end); then
// done(j, step).
template <class Make, class Done, class... Maps>
inline void walk_rows(const Walk& walk, int64_t first, int64_t end, const Make& make,
                      const Done& done, const Pixels& x, const Maps&... maps) {
  int64_t j = 0;
  for (; j + STRIP <= walk.period; j += STRIP) {
    auto a = make(j), b = make(j + LANES), c = make(j + 2 * LANES), d = make(j + 3 * LANES);
    Place place(x, first);
    for (int64_t row = first; row < end; row++, place.next(x))
      along(walk, j, a, b, c, d, Cursor(walk, x, place, j), Cursor(walk, maps, place, j)...);
    done(j, a), done(j + LANES, b), done(j + 2 * LANES, c), done(j + 3 * LANES, d);
  }
  for (; j < walk.period; j += LANES) {
    const int64_t width = minimum(LANES, walk.period - j);
    auto step = make(j);
    Place place(x, first);
    for (int64_t row = first; row < end; row++, place.next(x))
      if (width == LANES)
        along(walk, j, LANES, step, Cursor(walk, x, place, j), Cursor(walk, maps, place, j)...);
      else
        along(walk, j, width, step, Cursor(walk, x, place, j), Cursor(walk, maps, place, j)...);
    done(j, step);
  }
}

// The same (nearly) in the order of memory: some hops side by side, vector after vector; make
// and done are called for each of these. Both by value, and shall hold values: what they refer to
// would be read again after each store.
template <int SIDE_BY_SIDE, class Make, class Done, class... Maps>
inline void walk_in_order(const Walk& walk, int64_t first, int64_t end, const Make make,
                          const Done done, const Pixels& x, const Maps&... maps) {
  const auto side_by_side = [=](auto count, int64_t numbers,
                                auto... cursor) __attribute__((always_inline)) {
    const auto vector = [=](int64_t j, int64_t width) __attribute__((always_inline)) {
      auto step = make(j);
      for (int hop = 0; hop < count(); hop++) step(width, (cursor.at + hop * cursor.hop + j)...);
      done(j, step);
    };
    int64_t j = 0;
    for (; j + LANES <= numbers; j += LANES) vector(j, LANES);
    if (j < numbers) vector(j, numbers - j);
  };
  const int64_t hops = walk.hops, period = walk.period, rest = walk.rest;
  const auto along = [=](auto... cursor) __attribute__((always_inline)) {
    int64_t hop = 0;
    for (; hop + SIDE_BY_SIDE <= hops; hop += SIDE_BY_SIDE) {
      side_by_side(std::integral_constant<int, SIDE_BY_SIDE>(), period, cursor...);
      ((cursor.at += SIDE_BY_SIDE * cursor.hop), ...);
    }
    for (; hop < hops; hop++) {
      side_by_side(std::integral_constant<int, 1>(), period, cursor...);
      ((cursor.at += cursor.hop), ...);
    }
    if (rest > 0) side_by_side(std::integral_constant<int, 1>(), rest, cursor...);
  };
  Place place(x, first);
  for (int64_t row = first; row < end; row++, place.next(x))
    along(Cursor(walk, x, place, 0), Cursor(walk, maps, place, 0)...);
}

// The same for maps alone: long patterns row by row, in the order of memory.
template <class Make, class... Maps>
inline void write_rows(const Walk& walk, int64_t first, int64_t end, const Make& make,
                       const Maps&... maps) {
  if (walk.in_order())
    return walk_in_order<1>(walk, first, end, make, [](int64_t, const auto&) {}, maps...);
  const int64_t block = walk.period > STRIP ? 1 : end - first;
  for (int64_t row = first; row < end; row += block)
    walk_rows(walk, row, row + block, make, [](int64_t, const auto&) {}, maps...);
}

// y = function(inputs...) in rows [first, end), with function = make(j) for vector j of the
// pattern.
template <class Make, class... Input>
inline void map_rows(const Walk& walk, int64_t first, int64_t end, const Pixels& y,
                     const Make& make, const Input&... inputs) {
  write_rows(
      walk, first, end,
      [make](int64_t j) {
        return [function = make(j)](int64_t count, float* to, const auto*... from) {
          store_some(to, function(load(from)...), count);
        };
      },
      y, inputs...);
}

// Pieces of about GRAIN numbers: body(first row, end), in parallel.
template <class Body>
inline void in_row_groups(const Walk& walk, const Body& body) {
  const int64_t group = group_size(walk.numbers());
  parallel_for(ceil_div(walk.rows, group), [&](int64_t piece) {
    body(piece * group, minimum(walk.rows, (piece + 1) * group));
  });
}

// y = function(inputs...), in parallel.
template <class Make, class... Input>
inline void map_pixels(const Walk& walk, const Pixels& y, const Make& make,
                       const Input&... inputs) {
  in_row_groups(
      walk, [&](int64_t first, int64_t end) { map_rows(walk, first, end, y, make, inputs...); });
}

// The same with one function for all channels.
template <class Function, class... Input>
inline void map_all(const Pixels& y, const Function& function, const Input&... inputs) {
  map_pixels(Walk(y, inputs...), y, [=](int64_t) { return function; }, inputs...);
}

}  // namespace badak::BADAK_ISA
