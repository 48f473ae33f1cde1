// axis_lines.h -- the numbers of an array that compete along one axis, as vectors.
//
// An array (outer, k, inner) has k competitors on each line. If the axis is the last and long,
// the lanes of a vector are competitors; else LANES lines go together, one per lane. What is
// written with a Line serves both.
#pragma once

#include "simd/sums.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

inline float largest(Vec x) {
  float result = x[0];
  for (int64_t lane = 1; lane < LANES; lane++) result = result < x[lane] ? x[lane] : result;
  return result;
}

// The first `count` lanes of x, and `filler` in the others.
inline Vec filled(Vec x, int64_t count, float filler) {
  IntVec lane;
  for (int64_t i = 0; i < LANES; i++) lane[i] = static_cast<int32_t>(i);
  return lane < static_cast<int32_t>(count) ? x : splat(filler);
}

inline void put_first(float* to, Vec value, int64_t width) {
  width == LANES ? store(to, value) : store_first(to, value, width);
}

// One line whose numbers follow each other.
struct AlongLanes {
  int64_t start, count;

  int64_t vectors() const { return ceil_div(count, LANES); }
  int64_t lines() const { return 1; }

  // The i-th vector of the line in array x; lanes after its end hold the filler.
  Vec get(const float* x, int64_t i, float filler) const {
    const float* from = x + start + i * LANES;
    const int64_t width = minimum(LANES, count - i * LANES);
    return width == LANES ? load(from) : filled(load_first(from, width), width, filler);
  }
  void put(float* y, int64_t i, Vec value) const {
    put_first(y + start + i * LANES, value, minimum(LANES, count - i * LANES));
  }

  struct Total {
    Sum sum;
    void add(Vec x) { sum.add(x); }
    Vec value() const { return splat(static_cast<float>(sum.total())); }
  };
  static Vec best(Vec x) { return splat(largest(x)); }
};

// LANES lines, or the last few; from one number of a line to the next it is `distance`, and from
// one line to the next `step`.
struct AcrossLanes {
  int64_t start, count, distance, step, width;

  int64_t vectors() const { return count; }
  int64_t lines() const { return width; }

  Vec get(const float* x, int64_t i, float) const {  // lanes without a line may hold anything
    const float* from = x + start + i * distance;
    if (step == 1) return width == LANES ? load(from) : load_first(from, width);
    Vec value{};
    for (int64_t lane = 0; lane < LANES; lane++)
      value[lane] = from[minimum(lane, width - 1) * step];
    return value;
  }
  void put(float* y, int64_t i, Vec value) const {
    float* to = y + start + i * distance;
    if (step == 1) return put_first(to, value, width);
    for (int64_t lane = 0; lane < width; lane++) to[lane * step] = value[lane];
  }

  struct Total {
    Vec sum{};
    void add(Vec x) { sum += x; }
    Vec value() const { return sum; }
  };
  static Vec best(Vec x) { return x; }
};

// In each lane the largest of its line. It may pass over NaN; what is computed from x will not.
template <class Line>
inline Vec largest_of(const Line& line, const float* x) {
  const float infinity = __builtin_inff();
  Vec result = splat(-infinity);
  for (int64_t i = 0; i < line.vectors(); i++) result = larger(result, line.get(x, i, -infinity));
  return Line::best(result);
}

// In each lane the sum over its line of function(i); lanes after the end must give 0.
template <class Line, class Function>
inline Vec total_of(const Line& line, const Function function) {
  typename Line::Total total;
  for (int64_t i = 0; i < line.vectors(); i++) total.add(function(i));
  return total.value();
}

// body(line) for every line of an array (outer, k, inner), in parallel.
constexpr int64_t LONG = 32;  // from here on, a line by itself is faster than several at once
template <class Body>
inline void each_line(int64_t outer, int64_t k, int64_t inner, const Body& body) {
  if (inner == 1 && k > LONG) {
    in_groups(outer, k, [&](int64_t row) { body(AlongLanes{row * k, k}); });
  } else if (inner == 1) {
    in_groups(ceil_div(outer, LANES), k * LANES, [&](int64_t item) {
      const int64_t first = item * LANES;
      body(AcrossLanes{first * k, k, 1, k, minimum(LANES, outer - first)});
    });
  } else {
    const int64_t blocks = ceil_div(inner, LANES);
    in_groups(outer * blocks, k * LANES, [&](int64_t item) {
      const int64_t first = item % blocks * LANES, start = item / blocks * k * inner + first;
      body(AcrossLanes{start, k, inner, 1, minimum(LANES, inner - first)});
    });
  }
}

}  // namespace badak::BADAK_ISA
