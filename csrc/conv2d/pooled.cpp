// pooled.cpp -- the same numbers as badak.ops.reference: conv.conv2d, then activation.relu if it is
// fused, then pool.max_pool2d (2x2); for float.
//   x (N, C, H, W), weight (F, C, KH, KW), y and winners (N, F, OH/2, OW/2); all C-contiguous.
// Method: a vector holds LANES filters at one place. Two rows of places side by side are summed
// over all taps in registers, each tap one number of the image that all filters multiply; there,
// four places become one. So the image need not be laid out again, and only the pooled quarter is
// written.
// Precondition: suits_pooled: few taps, groups 1, stride and dilation 1, vectors of 8 and more.
#include "conv2d/pooled.h"

#include "conv2d/channels_last.h"
#include "conv2d/gradient.h"
#include "gemm/tile_sums.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t MAX_TAPS = 64;  // of few taps, as first layers have: beyond, taps.cpp is as fast
constexpr int64_t MAX_PAIRS = LANES == 16 ? 6 : 3;  // of columns: their sums fill the registers
constexpr int64_t BAND_PLACES = 512;                // pooled, of an item of work

// A block of filters over all taps: tap t of place (i, j) of an image is
// image[offsets[t] + i * row + j], and multiplies LANES weights.
struct BlockTaps {
  const int64_t* offsets;
  int64_t count, row;
  const float* weights;
  Vec bias;
  bool relu;
};

// PAIRS windows side by side: their columns one after the other, upper and lower place of each.
template <int PAIRS>
void pooled_tile(const float* image, const BlockTaps& taps, float* y, ByteVec* won) {
  TileSums<4 * PAIRS, 1> sums;
  sums.fill(taps.bias);
  const float* weights = taps.weights;
  for (int64_t t = 0; t < taps.count; t++, weights += LANES) {
    const float *const upper = image + taps.offsets[t], *const lower = upper + taps.row;
    sums.add_products([&](int r) { return (r % 2 == 0 ? upper : lower)[r / 2]; },
                      [&](int) { return weights; });
  }
#pragma GCC unroll 6
  for (int j = 0; j < PAIRS; j++) {
    IntVec winner;
    const Vec best = pool_cells(sums.at[4 * j][0], sums.at[4 * j + 2][0], sums.at[4 * j + 1][0],
                                sums.at[4 * j + 3][0], taps.relu, winner);
    store(y + j * LANES, best);
    won[j] = __builtin_convertvector(winner, ByteVec);
  }
}

using PooledTile = void (*)(const float*, const BlockTaps&, float*, ByteVec*);

template <int... PAIRS>
PooledTile tile_of(int64_t pairs, std::integer_sequence<int, PAIRS...>) {
  static constexpr PooledTile all[] = {pooled_tile<PAIRS + 1>...};
  return all[pairs - 1];
}

// Rows from.. of an image's maps (h, w), with the padding that `columns` leaves around them.
void pad_rows(const float* maps, const Convolution& conv, int64_t from, int64_t rows,
              int64_t columns, float* to) {
  const Maps& m = conv.maps;
  clear(to, m.c * rows * columns);
  for (int64_t c = 0; c < m.c; c++)
    for (int64_t i = maximum<int64_t>(-from, 0); i < minimum(rows, m.h - from); i++)
      __builtin_memcpy(to + (c * rows + i) * columns + conv.window.left,
                       maps + (c * m.h + from + i) * m.w, static_cast<size_t>(m.w) * sizeof(float));
}

}  // namespace

bool suits_pooled(const Convolution& conv, const Epilogue& epilogue) {
  const Window& w = conv.window;
  const int64_t lanes = ceil_div(conv.f, LANES) * LANES;  // that all filters take
  return LANES >= 8 && epilogue.pool && w.sh == 1 && w.sw == 1 && w.dh == 1 && w.dw == 1 &&
         conv.groups == 1 && conv.maps.c * conv.cells() <= MAX_TAPS && 4 * conv.f >= 3 * lanes;
}

void conv2d_pooled(const Convolution& conv, const Epilogue& epilogue, const float* x,
                   const float* weight, const float* bias, float* y, uint8_t* winners) {
  const Maps& maps = conv.maps;
  const Window& window = conv.window;
  const int64_t taps = maps.c * conv.cells(), blocks = ceil_div(conv.f, LANES);
  float* packed = scratch_floats(Scratch::weight, blocks * taps * LANES);
  for (int64_t b = 0; b < blocks; b++)
    transpose_strip(weight + b * LANES * taps, taps, minimum(LANES, conv.f - b * LANES), taps,
                    packed + b * taps * LANES, LANES);
  const int64_t h = maps.oh / 2, w = maps.ow / 2;
  const int64_t columns = maps.ow + window.kw - 1;  // of an image with its padding
  const int64_t bands =
      minimum(h, maximum(ceil_div(WANTED_ITEMS, maps.n), ceil_div(h * w, BAND_PLACES)));
  const int64_t tiles = ceil_div(w, MAX_PAIRS);
  parallel_for(maps.n * bands, [&](int64_t item) {
    const int64_t image = item / bands, band = item % bands;
    const int64_t start = h * band / bands, rows = h * (band + 1) / bands - start;
    const int64_t height = 2 * rows + window.kh - 1;
    float* padded = scratch_floats(Scratch::image, maps.c * height * columns);
    pad_rows(x + image * maps.c * maps.h * maps.w, conv, 2 * start - window.top, height, columns,
             padded);
    int64_t* offsets = static_cast<int64_t*>(scratch(Scratch::taps, sizeof(int64_t) * taps));
    for (int64_t t = 0; t < taps; t++)
      offsets[t] =
          (t / conv.cells() * height + t / window.kw % window.kh) * columns + t % window.kw;
    const int64_t size = (rows * w + LANES) * LANES;
    float* results = scratch_floats(Scratch::tile_results, size + size / 4);
    ByteVec* won = reinterpret_cast<ByteVec*>(results + size);
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t count = minimum(LANES, conv.f - b * LANES);
      const BlockTaps block{.offsets = offsets,
                            .count = taps,
                            .row = columns,
                            .weights = packed + b * taps * LANES,
                            .bias = bias == nullptr ? Vec{} : load_some(bias + b * LANES, count),
                            .relu = epilogue.relu};
      for (int64_t i = 0; i < rows; i++)
        for (int64_t t = 0; t < tiles; t++) {
          const int64_t first = w * t / tiles, pairs = w * (t + 1) / tiles - first;
          tile_of(pairs, std::make_integer_sequence<int, MAX_PAIRS>())(
              padded + 2 * (i * columns + first), block, results + (i * w + first) * LANES,
              won + i * w + first);
        }
      const int64_t at = ((image * conv.f + b * LANES) * h + start) * w;
      take_back(results, w, LANES, count, rows, w, h * w, y + at);
      if (winners != nullptr) take_back(won, w, count, rows, w, h * w, winners + at);
    }
  });
}

}  // namespace badak::BADAK_ISA
