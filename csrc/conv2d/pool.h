// pool.h -- ReLU and 2x2 max pooling while an image's convolution is still in L2, and back.
//
// The same numbers as badak.ops.reference.pool.max_pool2d with a 2x2 kernel and stride: the first
// of equals wins, NaN wins over all; a last odd row or column is left out.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

typedef uint8_t ByteVec __attribute__((vector_size(LANES)));
typedef uint8_t UnalignedByteVec __attribute__((vector_size(LANES), aligned(1), may_alias));

// The first `count` winners of a row; LANES and more are a whole vector.
inline ByteVec load_bytes(const uint8_t* from, int64_t count) {
  ByteVec bytes{};
  if (count >= LANES)
    bytes = *reinterpret_cast<const UnalignedByteVec*>(from);
  else if (count > 0)
    copy_first(reinterpret_cast<uint8_t*>(&bytes), from, count);
  return bytes;
}
inline IntVec load_winners(const uint8_t* from, int64_t count) {
  return __builtin_convertvector(load_bytes(from, count), IntVec);
}
inline void store_bytes(uint8_t* to, ByteVec bytes, int64_t count) {
  if (count >= LANES)
    *reinterpret_cast<UnalignedByteVec*>(to) = bytes;
  else if (count > 0)
    copy_first(to, reinterpret_cast<const uint8_t*>(&bytes), count);
}
inline void store_winners(uint8_t* to, IntVec winners, int64_t count) {
  store_bytes(to, __builtin_convertvector(winners, ByteVec), count);
}

// The value and number of a window's winner so far, against the cell `next`.
inline void challenge(Vec& best, IntVec& winner, Vec next, int32_t cell) {
  const IntVec wins = (next > best) | ((next != next) & (best == best));
  best = wins ? next : best;
  winner = wins ? splat(cell) : winner;
}

// The largest of a window's four cells, row by row, and which it is.
inline Vec pool_cells(Vec a, Vec b, Vec c, Vec d, bool with_relu, IntVec& winner) {
  winner = IntVec{};
  challenge(a, winner, b, 1);
  challenge(a, winner, c, 2);
  challenge(a, winner, d, 3);
  return with_relu ? relu(a) : a;
}

// A row of `count` windows from two rows of a map. Whole vectors are read: 2 * LANES numbers
// from the last of them on, and whole ones are written up to `end` of y. `winners` may be null.
inline void pool_row(const float* upper, const float* lower, int64_t count, bool with_relu,
                     float* y, const float* end, uint8_t* winners) {
  for (int64_t j = 0; j < count; j += LANES) {
    Vec cells[4];
    split_pairs(load(upper + 2 * j), load(upper + 2 * j + LANES), cells[0], cells[1]);
    split_pairs(load(lower + 2 * j), load(lower + 2 * j + LANES), cells[2], cells[3]);
    IntVec winner;
    const Vec best = pool_cells(cells[0], cells[1], cells[2], cells[3], with_relu, winner);
    const int64_t written = y + j + LANES <= end ? LANES : count - j;
    store_some(y + j, best, written);
    if (winners != nullptr) store_winners(winners + j, winner, written);
  }
}

// A map (h, w) with 4 * LANES readable numbers after it -> (h/2, w/2).
inline void pool_map(const float* map, int64_t h, int64_t w, bool with_relu, float* y,
                     uint8_t* winners) {
  const int64_t rows = h / 2, columns = w / 2;
  const float* const end = y + rows * columns;
  for (int64_t i = 0; i < rows; i++, y += columns) {
    pool_row(map + 2 * i * w, map + (2 * i + 1) * w, columns, with_relu, y, end, winners);
    if (winners != nullptr) winners += columns;
  }
}

// What pooling gave, map after map, and the gradient there. `end` of grad_y's array says how far
// it, y and winners may be read.
struct PooledMaps {
  const float *grad_y, *end, *y;
  const uint8_t* winners;
};

// The gradient at the convolution's own output (count, oh, ow), from the gradient at y. Vectors
// are written whole: `to` has 4 * LANES numbers of room after it.
inline void unpool_maps(const PooledMaps& pooled, int64_t count, int64_t oh, int64_t ow,
                        bool with_relu, float* to) {
  const float *grad_y = pooled.grad_y, *y = pooled.y, *const end = pooled.end;
  const uint8_t* winners = pooled.winners;
  const int64_t rows = oh / 2, columns = ow / 2;
  for (int64_t map = 0; map < count; map++, to += oh * ow) {
    for (int64_t i = 0; i < rows; i++, grad_y += columns, y += columns, winners += columns) {
      float *upper = to + 2 * i * ow, *lower = upper + ow;
      const auto spread = [&](int64_t j, bool up, bool low) {
        Vec grad = load_before(grad_y + j, end);
        const IntVec winner = load_winners(winners + j, end - grad_y - j);
        if (with_relu) grad = load_before(y + j, y + (end - grad_y)) > 0.0f ? grad : Vec{};
        for (int row = up ? 0 : 1; row < (low ? 2 : 1); row++) {
          Vec first, second;
          join_pairs(winner == 2 * row ? grad : Vec{}, winner == 2 * row + 1 ? grad : Vec{}, first,
                     second);
          float* const out = (row == 0 ? upper : lower) + 2 * j;
          store(out, first);
          store(out + LANES, second);
        }
      };
      // A row may spill over into what is written later: the lower row comes after the upper.
      if (columns <= LANES) {
        spread(0, true, true);
      } else {
        for (int64_t j = 0; j < columns; j += LANES) spread(j, true, false);
        for (int64_t j = 0; j < columns; j += LANES) spread(j, false, true);
      }
      if (ow % 2 != 0) upper[ow - 1] = lower[ow - 1] = 0;
    }
    if (oh % 2 != 0) clear(to + (oh - 1) * ow, ow);
  }
}

}  // namespace badak::BADAK_ISA
