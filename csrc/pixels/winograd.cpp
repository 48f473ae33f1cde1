// winograd.cpp -- the same numbers as badak.ops.reference.conv.conv2d and its gradient for x, for
// 3x3 filters, one group and float, within 5e-6 of the largest result.
//   x (n, h, w, C), y (n, oh, ow, F): pixels. weight (F, C, 3, 3).
//   packed [strip of filters][point][channel][filters of the strip]: transformed, 4 C F numbers.
// Method: Winograd's F(4x4, 3x3), see conv2d/winograd_transforms.h. Item by item: tiles of x, for
// each strip their products (winograd_product.h), and from these the results, with all that
// follows. The gradient for x is the same convolution with the filters turned by 180 degrees.
// Precondition: suits_pixels_winograd. A number that is not finite spreads over its tile.
#include "pixels/winograd.h"

#include "pixels/winograd_product.h"
#include "simd/transpose.h"

namespace badak::BADAK_ISA {

using namespace winograd;

namespace {

// A pass from maps with `channels` to maps with `filters`.
struct Pass {
  int64_t channels, filters, top, left;
  TileGrid grid;
  int64_t blocks() const { return ceil_div(filters, LANES); }
  int64_t vectors(int64_t strip) const { return minimum(STRIP, blocks() - strip * STRIP); }
  int64_t strips() const { return ceil_div(blocks(), STRIP); }
  int64_t packed_strip(int64_t strip) const { return strip * STRIP * LANES * POINTS * channels; }
  int64_t packed_size() const { return blocks() * LANES * POINTS * channels; }
};

Pass forward_pass(const Convolution& conv) {
  const Maps& maps = conv.maps;
  return {maps.c, conv.f, conv.window.top, conv.window.left, {maps.n, maps.oh, maps.ow}};
}
Pass backward_pass(const Convolution& conv) {
  const Maps& maps = conv.maps;
  return {conv.f, maps.c, 2 - conv.window.top, 2 - conv.window.left, {maps.n, maps.h, maps.w}};
}

// How to find the 9 numbers of a filter and channel.
struct Weights {
  const float *from, *end;
  int64_t filter_step, channel_step;
  bool turned;  // cells in reverse
};

// Channels first.. to `end` of a block of filters -> to, where a number's channels are `step` apart
// and its points `point_step`.
void pack_block(const Pass& pass, const Weights& weights, int64_t block, int64_t first, int64_t end,
                float* packed) {
  const int64_t width = pass.vectors(block / STRIP) * LANES;
  const int64_t filters = minimum(LANES, pass.filters - block * LANES);
  const float* from =
      weights.from + block * LANES * weights.filter_step + first * weights.channel_step;
  float* to = packed + pass.packed_strip(block / STRIP) + first * width + block % STRIP * LANES;
  for (int64_t c = first; c < end; c++, from += weights.channel_step, to += width) {
    Vec cells[(9 / LANES + 1) * LANES];
    for (int64_t j = 0; j < 9; j += LANES) {
      Vec square[LANES];
#pragma GCC unroll 16
      for (int64_t f = 0; f < LANES; f++)
        square[f] =
            load_before(from + minimum(f, filters - 1) * weights.filter_step + j, weights.end);
      transpose_block(square);
#pragma GCC unroll 16
      for (int64_t i = 0; i < LANES; i++) cells[j + i] = square[i];
    }
    transform_square<WeightLine>(
        [&](int i, int j) { return cells[weights.turned ? 8 - 3 * i - j : 3 * i + j]; },
        [&](int i, int j, Vec value) {
          store(to + (SPAN * i + j) * pass.channels * width, value);
        });
  }
}

void pack(const Pass& pass, const Weights& weights, float* packed) {
  constexpr int64_t CHANNELS = 16;  // of an item
  const int64_t pieces = ceil_div(pass.channels, CHANNELS);
  parallel_for(pass.blocks() * pieces, [&](int64_t item) {
    const int64_t first = item % pieces * CHANNELS;
    pack_block(pass, weights, item / pieces, first, minimum(pass.channels, first + CHANNELS),
               packed);
  });
}

// From a tile's products to its results. WHOLE: all its places and filters are wanted.
struct Results {
  const Finish& finish;
  const Pixels& y;

  template <bool WHOLE>
  void write(const float* products, int64_t step, const TilePlace& at, int64_t filter) const {
    const int64_t count = WHOLE ? LANES : y.c - filter;
    const int64_t rows = WHOLE ? TILE : at.rows(TILE, 0);
    const int64_t columns = WHOLE ? TILE : at.columns(TILE, 0);
    const Vec bias = finish.bias == nullptr ? Vec{}
                     : WHOLE                ? load(finish.bias + filter)
                                            : load_some(finish.bias + filter, count);
    Vec tile[TILE][TILE];
    transform_square<ResultLine>(
        [&](int i, int j) { return load(products + (SPAN * i + j) * step); },
        [&](int i, int j, Vec value) { tile[i][j] = value + bias; });
    const auto each = [&](const auto& body) __attribute__((always_inline)) {
#pragma GCC unroll 4
      for (int i = 0; i < TILE; i++)
#pragma GCC unroll 4
        for (int j = 0; j < TILE; j++)
          if (WHOLE || (i < rows && j < columns)) body(i, j, tile[i][j]);
    };
    if (finish.add != nullptr) {
      const Pixels& add = *finish.add;
      const float* const from = add.pixel(at.image, at.y, at.x) + filter;
      each([&](int i, int j, Vec& value) { value += load(from + i * add.row + j * add.step); });
    }
    const Vec low = splat(finish.low), high = splat(finish.high);
    each([&](int, int, Vec& value) {
      value = value < low ? low : value;
      value = value > high ? high : value;
    });
    const auto put = [&](float* to, Vec value) __attribute__((always_inline)) {
      if (WHOLE)
        store(to, value);
      else
        store_some(to, value, count);
    };
    if (!finish.pool) {
      float* const to = y.pixel(at.image, at.y, at.x) + filter;
      each([&](int i, int j, Vec value) { put(to + i * y.row + j * y.step, value); });
      return;
    }
    float* const to = y.pixel(at.image, at.y / 2, at.x / 2) + filter;
#pragma GCC unroll 2
    for (int i = 0; i < TILE / 2; i++)
#pragma GCC unroll 2
      for (int j = 0; j < TILE / 2; j++)
        if (WHOLE || (2 * i + 1 < rows && 2 * j + 1 < columns))
          put(to + i * y.row + j * y.step,
              largest(largest(tile[2 * i][2 * j], tile[2 * i][2 * j + 1]),
                      largest(tile[2 * i + 1][2 * j], tile[2 * i + 1][2 * j + 1])));
  }

 private:
  static Vec largest(Vec a, Vec b) { return (b > a) | (b != b) ? b : a; }  // NaN wins
};

// From the products of tiles first.. with a strip of filters to results.
void write_strip(const Pass& pass, const Tiles& products, int64_t first, int64_t count,
                 int64_t strip, const Results& results) {
  TilePlace at(pass.grid, first);
  for (int64_t t = 0; t < count; t++, at.next()) {
    for (int64_t v = 0; v < products.blocks; v++) {
      const float* const from = products.at(t / products.height, 0) +
                                (v * products.height + t % products.height) * LANES;
      const int64_t filter = (strip * STRIP + v) * LANES;
      if (filter + LANES <= pass.filters && at.rows(TILE, 0) == TILE && at.columns(TILE, 0) == TILE)
        results.write<true>(from, products.step(), at, filter);
      else
        results.write<false>(from, products.step(), at, filter);
    }
  }
}

void convolve(const Pass& pass, const Pixels& x, const float* packed, const Results& results) {
  const int64_t total = pass.grid.count(), blocks = ceil_div(pass.channels, LANES);
  constexpr int64_t WANTED = 48;
  const int64_t items = ceil_div(total, WANTED);
  parallel_for(items, [&](int64_t item) {
    const int64_t first = total * item / items, count = total * (item + 1) / items - first;
    const int64_t height = max_height(pass.vectors(0));
    Tiles tiles{nullptr, blocks, ceil_div(count, ceil_div(count, height))};
    tiles.from = scratch_floats(Scratch::tiles, tiles.size(count));
    transform_tiles<ImageLine>(x, pass.grid, pass.top, pass.left, first, count, tiles);
    for (int64_t strip = 0; strip < pass.strips(); strip++) {
      Tiles products{nullptr, pass.vectors(strip), tiles.height};
      products.from = scratch_floats(Scratch::tile_products, products.size(count));
      multiply(tiles, count, pass.channels, packed + pass.packed_strip(strip), products);
      write_strip(pass, products, first, count, strip, results);
    }
  });
}

}  // namespace

int64_t pixels_winograd_size(const Convolution& conv) { return forward_pass(conv).packed_size(); }

void pixels_winograd_pack(const Convolution& conv, const float* weight, float* packed) {
  const int64_t filter = conv.maps.c * 9;
  pack(forward_pass(conv), {weight, weight + conv.f * filter, filter, 9, false}, packed);
}

void pixels_winograd(const Convolution& conv, const Pixels& x, const float* packed,
                     const Finish& finish, const Pixels& y) {
  convolve(forward_pass(conv), x, packed, {finish, y});
}

void pixels_winograd_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                            const Pixels& grad_x) {
  const Pass pass = backward_pass(conv);
  const int64_t filter = conv.maps.c * 9;
  float* packed = scratch_floats(Scratch::weight, pass.packed_size());
  pack(pass, {weight, weight + conv.f * filter, 9, filter, true}, packed);
  convolve(pass, grad_y, packed, {Finish{}, grad_x});
}

}  // namespace badak::BADAK_ISA
