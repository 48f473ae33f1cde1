// norm_sums.h -- sums of each channel over all images: in float over short pieces of rows, whose
// borders depend on the sizes alone; the pieces in double, in their order.
#pragma once

#include "pixels/rows.h"

namespace badak::BADAK_ISA {

constexpr int64_t PIECE = 128;  // hops, whose numbers are added up in float

// Two sums of one channel each.
struct PairOfSums {
  double first, second;
};

// A step that walks rows has sums `first` and `second`; sums[c] = theirs of channel c, in parallel.
template <class Make, class... Maps>
inline void sum_pairs(const Walk& walk, int64_t c, const Make& make, PairOfSums* sums,
                      const Pixels& x, const Maps&... maps) {
  const int64_t rows = maximum<int64_t>(1, PIECE / maximum<int64_t>(1, walk.hops));
  const int64_t pieces = ceil_div(walk.rows, rows), size = walk.padded();
  // Totals in double lie before the parts.
  float* parts = scratch_floats(Scratch::channel_sums, (pieces + 2) * 2 * size) + 4 * size;
  const auto one = [&](int64_t piece) {
    float* own = parts + piece * 2 * size;
    const int64_t first = piece * rows, end = minimum(walk.rows, first + rows);
    const auto go_on = [=](int64_t j) {
      auto step = make(j);
      step.first = load(own + j), step.second = load(own + size + j);
      return step;
    };
    const auto keep = [=](int64_t j, const auto& step) {
      store(own + j, step.first), store(own + size + j, step.second);
    };
    clear(own, 2 * size);
    if (walk.sums_in_order())
      walk_in_order<TOGETHER>(walk, first, end, go_on, keep, x, maps...);
    else
      walk_rows(walk, first, end, go_on, keep, x, maps...);
  };
  in_groups(pieces, rows * walk.numbers(), one);
  double* const totals = reinterpret_cast<double*>(parts - 4 * size);
  for (int64_t k = 0; k < 2 * size; k++) totals[k] = 0;
  for (int64_t piece = 0; piece < pieces; piece++) {
    const float* own = parts + piece * 2 * size;
    for (int64_t k = 0; k < 2 * size; k++) totals[k] += static_cast<double>(own[k]);
  }
  for (int64_t i = 0; i < c; i++) sums[i] = {0, 0};
  for (int64_t start = 0; start < walk.period; start += c)
    for (int64_t i = 0; i < c; i++) {
      sums[i].first += totals[start + i];
      sums[i].second += totals[size + start + i];
    }
}

}  // namespace badak::BADAK_ISA
