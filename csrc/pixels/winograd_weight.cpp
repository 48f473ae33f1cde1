// winograd_weight.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients
// of weight and bias, for 3x3 filters, one group and float.
//   x (n, h, w, C), grad_y (n, oh, ow, F): pixels. grad_weight (F, C, 3, 3), grad_bias (F,).
// Method: the transposes of the forward pass's transforms bring grad_y to tiles; their products
// with the tiles of x, summed over all tiles, are the gradient at the transformed weights. If these
// sums do not fit L2, channels and filters are cut into parts, each of which transforms its own
// channels and filters of all tiles. Tiles fall into fixed segments with sums of their own, added
// up in order: the bits do not depend on the number of threads.
// Reaches, in direct operations, 2.0 times the FMA peak of Zen 4 at 16 channels, 2.5 at 32, 2.7 at
// 64, and 2.0 to 2.2 at 128 to 512.
// Precondition: suits_pixels_winograd_grad_weight.
#include "conv2d/winograd_filters.h"
#include "gemm/tile_sums.h"
#include "pixels/winograd.h"
#include "pixels/winograd_tiles.h"

namespace badak::BADAK_ISA {

using namespace winograd;

namespace {

constexpr int64_t SUM_FLOATS = 1 << 18;  // of a part: they stay in L2
constexpr int64_t CHUNK = 48;            // tiles multiplied at a time
constexpr int64_t SEGMENTS = 8;

// sums (ROWS channels, V vectors of filters) (+)= over tiles: x (ROWS) * grad (V vectors).
template <int ROWS, int V>
void add_products(const float* x, const float* grad, int64_t grad_step, int64_t tiles, bool add,
                  float* sums, int64_t row) {
  TileSums<ROWS, V> own;
  own.fill(Vec{});
  for (int64_t t = 0; t < tiles; t++, x += LANES, grad += LANES)
    own.add_products([&](int r) { return x[r]; }, [&](int v) { return grad + v * grad_step; });
  if (add)
    own.add_to(sums, row);
  else
    own.each([&](int r, int v, Vec sum) { store(sums + r * row + v * LANES, sum); });
}

// Of a block's first channels; so many rows as a tile has are summed at a time.
template <int V>
void add_block(const float* x, int64_t channels, const float* grad, int64_t grad_step,
               int64_t tiles, bool add, float* sums, int64_t row) {
  constexpr int ROWS = LANES == 16 ? (V == 1 ? 16 : 8) : LANES == 8 ? (V == 1 ? 8 : 4) : 4;
  for (int64_t r = 0; r < channels; r += ROWS)
    add_products<ROWS, V>(x + r, grad, grad_step, tiles, add, sums + r * row, row);
}

// How blocks of LANES are cut into parts, none above `most`.
struct Cut {
  int64_t blocks, count, size;
  Cut(int64_t blocks_, int64_t most)
      : blocks(blocks_), count(ceil_div(blocks, most)), size(ceil_div(blocks, count)) {
    count = ceil_div(blocks, size);
  }
  int64_t start(int64_t part) const { return part * size; }
  int64_t length(int64_t part) const { return minimum(size, blocks - start(part)); }
};

// Channels and filters in parts. A part's sums: of the gradient itself [filter], and then
// [point][channel][filter].
struct Parts {
  static constexpr int64_t FIT = SUM_FLOATS / (POINTS * LANES * LANES), SIDE = 4;
  Cut channels, filters;
  Parts(int64_t channels_, int64_t filters_)
      : channels(ceil_div(channels_, LANES), maximum(SIDE, FIT / ceil_div(filters_, LANES))),
        filters(ceil_div(filters_, LANES), maximum<int64_t>(1, FIT / channels.size)) {}
  int64_t count() const { return channels.count * filters.count; }
  int64_t row() const { return filters.size * LANES; }
  int64_t point() const { return channels.size * LANES * row(); }
  int64_t size() const { return row() + POINTS * point(); }
};

struct WeightGradient {
  const Convolution& conv;
  const Pixels &x, &grad_y;
  float *grad_weight, *grad_bias;
  TileGrid grid;
  Parts parts;

  // sums = those of a part, over tiles first.. to `end`.
  void sum(int64_t part, int64_t first, int64_t end, float* sums) const {
    const int64_t c = part / parts.filters.count, f = part % parts.filters.count;
    Pixels from = x, grad = grad_y;
    from.at += parts.channels.start(c) * LANES, grad.at += parts.filters.start(f) * LANES;
    const int64_t channels =
        minimum(x.c - parts.channels.start(c) * LANES, parts.channels.size * LANES);
    clear(sums, parts.row());
    const int64_t all = end - first, chunks = ceil_div(all, CHUNK);
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
      const int64_t start = all * chunk / chunks, count = all * (chunk + 1) / chunks - start;
      Tiles image{nullptr, parts.channels.length(c), count};
      Tiles turned{nullptr, parts.filters.length(f), count};
      image.from = scratch_floats(Scratch::tiles, image.size(count));
      turned.from = scratch_floats(Scratch::tile_products, turned.size(count));
      transform_tiles<ImageLine>(from, grid, conv.window.top, conv.window.left, first + start,
                                 count, image);
      if (grad_bias != nullptr && c == 0)
        transform_gradient(grad, first + start, count, turned, sums);
      else
        transform_tiles<GradientLine>(grad, grid, 0, 0, first + start, count, turned);
      add_chunk(image, turned, channels, chunk > 0, sums + parts.row());
    }
  }

  // Part `part` of the results from the sums of all segments, which are `step` apart.
  void restore(int64_t part, int64_t block, const float* sums, int64_t segments,
               int64_t step) const {
    const int64_t c = part / parts.filters.count, f = part % parts.filters.count;
    const int64_t first = (parts.channels.start(c) + block) * LANES;
    const int64_t filter = parts.filters.start(f) * LANES;
    const int64_t filters = minimum(parts.row(), conv.f - filter);
    if (grad_bias != nullptr && first == 0)
      for (int64_t i = 0; i < filters; i++) {
        float total = sums[i];
        for (int64_t s = 1; s < segments; s++) total += sums[s * step + i];
        grad_bias[filter + i] = total;
      }
    for (int64_t i = 0; i < minimum(LANES, x.c - first); i++)
      for (int64_t j = 0; j < filters; j += LANES)
        restore_filters(sums + parts.row() * (1 + block * LANES + i) + j, parts.point(), segments,
                        step, minimum(LANES, filters - j),
                        grad_weight + ((filter + j) * x.c + first + i) * 9, x.c * 9);
  }

 private:
  // The sums of the gradient are those of some tiles at a time, which keeps rounding small.
  void transform_gradient(const Pixels& grad, int64_t first, int64_t count, const Tiles& to,
                          float* sums) const {
    float* some = scratch_floats(Scratch::filters, parts.row());
    clear(some, parts.row());
    transform_tiles<GradientLine>(grad, grid, 0, 0, first, count, to,
                                  [&](int64_t b, const auto& read) {
                                    Vec total{};
                                    for (int i = 0; i < TILE; i++)
                                      for (int j = 0; j < TILE; j++) total += read(i, j);
                                    store(some + b * LANES, load(some + b * LANES) + total);
                                  });
    for (int64_t f = 0; f < parts.row(); f += LANES)
      store(sums + f, load(sums + f) + load(some + f));
  }

  void add_chunk(const Tiles& image, const Tiles& grad, int64_t channels, bool add,
                 float* sums) const {
    const int64_t tiles = image.height, row = parts.row();
    for (int64_t point = 0; point < POINTS; point++, sums += parts.point())
      for (int64_t f = 0; f < grad.blocks; f += 2)
        for (int64_t c = 0; c < image.blocks; c++)
          (grad.blocks - f >= 2 ? add_block<2>
                                : add_block<1>)(image.at(0, point) + c * tiles * LANES,
                                                minimum(LANES, channels - c * LANES),
                                                grad.at(0, point) + f * tiles * LANES,
                                                tiles * LANES, tiles, add,
                                                sums + c * LANES * row + f * LANES, row);
  }
};

}  // namespace

void pixels_winograd_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                                 float* grad_weight, float* grad_bias) {
  const TileGrid grid{grad_y.n, grad_y.h, grad_y.w};
  const WeightGradient gradient{conv, x, grad_y, grad_weight, grad_bias, grid, Parts(x.c, conv.f)};
  const Parts& parts = gradient.parts;
  const int64_t count = parts.count(), total = grid.count(), blocks = parts.channels.size;
  const int64_t segments = maximum<int64_t>(1, minimum(ceil_div(SEGMENTS, count), total / CHUNK));
  if (segments == 1)
    return parallel_for(count, [&](int64_t part) {
      float* sums = scratch_floats(Scratch::partial, parts.size());
      gradient.sum(part, 0, total, sums);
      for (int64_t b = 0; b < parts.channels.length(part / parts.filters.count); b++)
        gradient.restore(part, b, sums, 1, 0);
    });
  float* sums = scratch_floats(Scratch::partial, segments * count * parts.size());
  parallel_for(segments * count, [&](int64_t item) {
    const int64_t segment = item / count;
    gradient.sum(item % count, total * segment / segments, total * (segment + 1) / segments,
                 sums + item * parts.size());
  });
  parallel_for(count * blocks, [&](int64_t item) {
    const int64_t part = item / blocks, block = item % blocks;
    if (block < parts.channels.length(part / parts.filters.count))
      gradient.restore(part, block, sums + part * parts.size(), segments, count * parts.size());
  });
}

}  // namespace badak::BADAK_ISA
