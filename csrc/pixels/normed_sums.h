// normed_sums.h -- two sums over maps for each channel, in one pass.
//
// A channel comes back every `period` numbers of a row (rows.h). Blocks of V vectors of that
// pattern stay in registers while the rows pass; floats are added up over at most RUN patterns,
// then in double.
#pragma once

#include "pixels/rows.h"
#include "simd/sums.h"

namespace badak::BADAK_ISA {

constexpr int64_t RUN = 64;

inline Vec first_of(Vec value, int64_t count) {
  float lanes[LANES] = {};
  store_first(lanes, value, count);
  return load(lanes);
}

// The sums of vectors [j, j + V) of the pattern; what is added to them is
//   body(place, run, offset in the run, vector, first, second).
template <int64_t V, class Body>
inline void sum_block(const Walk& walk, const Pixels& x, int64_t j, double* sums,
                      const Body& body) {
  Sum totals[2][V];
  Vec own[2][V] = {};
  int64_t left = RUN;
  const auto flush = [&] {
    for (int64_t v = 0; v < V; v++)
      for (int64_t i = 0; i < 2; i++) totals[i][v].add(own[i][v]), own[i][v] = Vec{};
    left = RUN;
  };
  Place place(x, 0);
  for (int64_t row = 0; row < walk.rows; row++, place.next(x))
    for (int64_t run = 0; run < walk.runs; run++)
      for (int64_t start = 0; start < walk.length; start += walk.period) {
        const int64_t end = minimum(walk.period, walk.length - start) - j;
        if (V * LANES <= end)
          for (int64_t v = 0; v < V; v++)
            body(place, run, start + j + v * LANES, v, own[0][v], own[1][v]);
        else
          for (int64_t v = 0; v * LANES < end; v++) {
            Vec first{}, second{};
            body(place, run, start + j + v * LANES, v, first, second);
            const int64_t count = end - v * LANES;
            own[0][v] += count < LANES ? first_of(first, count) : first;
            own[1][v] += count < LANES ? first_of(second, count) : second;
          }
        if (--left == 0) flush();
      }
  flush();
  for (int64_t v = 0; v < V; v++)
    for (int64_t i = 0; i < 2; i++) totals[i][v].store(sums + i * walk.padded() + j + v * LANES);
}

// sums[0 ... c) and [c ... 2c) for each channel, of terms(load, j) -> two vectors to add;
// load(maps) gives the numbers of some maps there, j is the offset in the pattern.
template <class Terms>
inline void channel_sums(const Walk& walk, const Pixels& x, double* sums, const Terms& terms) {
  double* all = static_cast<double*>(scratch(
      Scratch::normed_sums, static_cast<size_t>(2 * walk.padded()) * sizeof(double)));
  const auto block = [&](auto size, int64_t j) {
    sum_block<decltype(size)::value>(walk, x, j, all,
                    [&](const Place& place, int64_t run, int64_t at, int64_t v, Vec& first,
                        Vec& second) {
                      terms([&](const Pixels& maps) {
                        return load(place.in(maps) + run * maps.step + at);
                      }, j + v * LANES, first, second);
                    });
  };
  int64_t j = 0;
  for (; j + 4 * LANES <= walk.padded(); j += 4 * LANES)
    block(std::integral_constant<int64_t, 4>(), j);
  for (; j < walk.padded(); j += LANES) block(std::integral_constant<int64_t, 1>(), j);
  for (int64_t i = 0; i < 2; i++)
    for (int64_t c = 0; c < x.c; c++) {
      double total = 0;
      for (int64_t at = c; at < walk.period; at += x.c) total += all[i * walk.padded() + at];
      sums[i * x.c + c] = total;
    }
}

}  // namespace badak::BADAK_ISA
