// winograd_filters.h -- 3x3 and 5x5 filters transformed, up to LANES of them at a time, and their
// gradients back; for planes and for pixels.
#pragma once

#include "conv2d/winograd_transforms.h"
#include "simd/transpose.h"

namespace badak::BADAK_ISA {

// How to find the cells of a filter and channel.
struct Weights {
  const float *from, *end;
  int64_t filter_step, channel_step;
  bool turned;             // cells in reverse
  int64_t group_step = 0;  // from a group's filters to the next one's
};

// `count` filters from `from` on, of so many channels: number `point` of channel c is a vector of
// filters at to + point * point_step + c * to_step.
template <class Form = Form3x3>
inline void transform_filters(const Weights& weights, const float* from, int64_t count,
                              int64_t channels, int64_t point_step, int64_t to_step, float* to) {
  constexpr int KERNEL = Form::KERNEL, CELLS = KERNEL * KERNEL;
  for (int64_t c = 0; c < channels; c++, from += weights.channel_step, to += to_step) {
    Vec cells[(CELLS / LANES + 1) * LANES];
    for (int64_t j = 0; j < CELLS; j += LANES) {
      Vec square[LANES];
#pragma GCC unroll 16
      for (int64_t f = 0; f < LANES; f++)
        square[f] =
            load_before(from + minimum(f, count - 1) * weights.filter_step + j, weights.end);
      transpose_block(square);
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) cells[j + i] = square[i];
    }
    transform_square<typename Form::Weight>(
        [&](int i, int j) {
          const int cell = KERNEL * i + j;
          return cells[weights.turned ? CELLS - 1 - cell : cell];
        },
        [&](int i, int j, Vec value) { store(to + (SPAN * i + j) * point_step, value); });
  }
}

// Back from the gradients at the transformed weights of one channel, which stand at
// sums + point * point_step in so many segments: to[filter * step + cell], `count` filters.
template <class Form = Form3x3>
inline void restore_filters(const float* sums, int64_t point_step, int64_t segments,
                            int64_t segment_step, int64_t count, float* to, int64_t step) {
  constexpr int KERNEL = Form::KERNEL, CELLS = KERNEL * KERNEL;
  Vec cells[(CELLS / LANES + 1) * LANES] = {};
  transform_square<typename Form::WeightGradient>(
      [&](int i, int j) {
        const float* const from = sums + (SPAN * i + j) * point_step;
        Vec total = load(from);
        for (int64_t s = 1; s < segments; s++) total += load(from + s * segment_step);
        return total;
      },
      [&](int i, int j, Vec value) { cells[KERNEL * i + j] = value; });
  for (int64_t j = 0; j < CELLS; j += LANES) {
    Vec square[LANES];
    for (int64_t i = 0; i < LANES; i++) square[i] = cells[j + i];
    transpose_block(square);
    for (int64_t i = 0; i < count; i++) store_some(to + i * step + j, square[i], CELLS - j);
  }
}

}  // namespace badak::BADAK_ISA
