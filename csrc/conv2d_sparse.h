// conv2d_sparse.h -- the gradient of weight behind 2x2 max pooling, place by place.
//
// At three places of four the gradient is zero: each pooled place sends its gradient to its winner
// alone. Where a filter has few cells (the first layer's, as a rule), all its sums fit registers, and
// adding one window times one gradient for each pooled place takes a quarter of the dense work.
#pragma once

#include "conv2d_gradient.h"
#include "transpose.h"

namespace badak::BADAK_ISA {

constexpr int64_t SPARSE_CELLS = 4 * LANES; // of a filter, at most

inline bool is_sparse(const Convolution &conv, const Behind &behind) {
  return behind.pool && conv.channels() * conv.cells() <= SPARSE_CELLS;
}

// Windows as rows: to[p * width + k] = image[offsets[k] + p] for k < taps; width in whole vectors.
inline void windows_as_rows(const float *image, const int64_t *offsets, int64_t taps, int64_t places,
                            int64_t width, float *to) {
  for (int64_t p = 0; p < places; p += LANES)
    for (int64_t k = 0; k < width; k += LANES) {
      Vec block[LANES];
#pragma GCC unroll 16
      for (int64_t r = 0; r < LANES; r++)
        block[r] = load(image + offsets[least(k + r, taps - 1)] + p);
      transpose_block(block);
#pragma GCC unroll 16
      for (int64_t c = 0; c < LANES; c++) // rows behind the last place have room
        store(to + (p + c) * width + k, block[c]);
    }
}

// What one filter's map sends back: for each pooled place the winner's row and the gradient.
struct Sent {
  int32_t *row;
  float *grad;
};

// Where windows start (row * width of the pooled place's first cell), (oh/2 * ow/2).
inline void window_starts(int64_t oh, int64_t ow, int64_t width, int32_t *to) {
  for (int64_t i = 0; i < oh / 2; i++)
    for (int64_t j = 0; j < ow / 2; j++)
      *to++ = static_cast<int32_t>((2 * i * ow + 2 * j) * width);
}

inline void collect(const float *grad_y, const float *y, const uint8_t *winners, const int32_t *starts,
                    int64_t count, int64_t ow, int64_t width, bool with_relu, const Sent &sent) {
  const int32_t down = static_cast<int32_t>(ow * width), across = static_cast<int32_t>(width);
  int64_t q = 0;
  for (; q + LANES <= count; q += LANES) {
    const IntVec winner = __builtin_convertvector(
        *reinterpret_cast<const UnalignedByteVec *>(winners + q), IntVec);
    store_bits(sent.row + q, load_bits(starts + q) + (winner >> 1) * down + (winner & 1) * across);
    const Vec grad = load(grad_y + q);
    store(sent.grad + q, !with_relu ? grad : load(y + q) > 0.0f ? grad : Vec{});
  }
  for (; q < count; q++) {
    sent.row[q] = starts[q] + (winners[q] >> 1) * down + (winners[q] & 1) * across;
    sent.grad[q] = with_relu && !(y[q] > 0) ? 0.0f : grad_y[q];
  }
}

// sums[0 .. V vectors] += over q: grad[q] * rows[row[q] ...]. Four places at a time, so that the
// next sum need not wait for the last.
template <int V> void add_windows(const float *rows, const Sent &sent, int64_t count, float *sums) {
  constexpr int64_t TOGETHER = 4;
  Vec own[TOGETHER][V] = {};
  int64_t q = 0;
  for (; q + TOGETHER <= count; q += TOGETHER)
#pragma GCC unroll 4
    for (int64_t t = 0; t < TOGETHER; t++) {
      const float *row = rows + sent.row[q + t];
      const Vec grad = splat(sent.grad[q + t]);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++)
        own[t][v] += grad * load(row + v * LANES);
    }
  for (; q < count; q++)
    for (int v = 0; v < V; v++)
      own[0][v] += splat(sent.grad[q]) * load(rows + sent.row[q] + v * LANES);
  for (int v = 0; v < V; v++)
    store(sums + v * LANES,
          load(sums + v * LANES) + ((own[0][v] + own[1][v]) + (own[2][v] + own[3][v])));
}

} // namespace badak::BADAK_ISA
