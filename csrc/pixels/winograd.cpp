// winograd.cpp -- the same numbers as badak.ops.reference.conv.conv2d and its gradient for x, for
// 3x3 filters, one group and float, within 5e-6 of the largest result.
//   x (n, h, w, C), y (n, oh, ow, F): pixels. weight (F, C, 3, 3).
//   packed [strip of filters][point][channel][filters of the strip]: transformed, 4 C F numbers.
// Method: Winograd's F(4x4, 3x3), see conv2d/winograd_transforms.h. Item by item: tiles of x, for
// each strip their products (winograd_product.h), and from these the results, with all that
// follows. The gradient for x is the same convolution with the filters turned by 180 degrees.
// Few tiles, or weights beyond L2, are shared differently: all threads transform the same tiles,
// and then each takes some strips.
// Reaches, in direct operations, 2.0 times the FMA peak of Zen 4 at 16 channels, 2.5 at 32, and 3.2
// at 64 and more; the products alone run at 0.84 to 0.97 of it.
// Precondition: suits_pixels_winograd. A number that is not finite spreads over its tile.
#include "pixels/winograd.h"

#include "conv2d/winograd_filters.h"
#include "pixels/winograd_product.h"

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

// Of n images, which may be fewer than those that the way was chosen for.
Pass forward_pass(const Convolution& conv, int64_t n) {
  const Maps& maps = conv.maps;
  return {maps.c, conv.f, conv.window.top, conv.window.left, {n, maps.oh, maps.ow}};
}
Pass backward_pass(const Convolution& conv, int64_t n) {
  const Maps& maps = conv.maps;
  return {conv.f, maps.c, 2 - conv.window.top, 2 - conv.window.left, {n, maps.h, maps.w}};
}

// Channels first.. to `end` of a block of filters, to their place in all that is packed.
void pack_block(const Pass& pass, const Weights& weights, int64_t block, int64_t first, int64_t end,
                float* packed) {
  const int64_t width = pass.vectors(block / STRIP) * LANES;
  const int64_t filters = minimum(LANES, pass.filters - block * LANES);
  const float* from =
      weights.from + block * LANES * weights.filter_step + first * weights.channel_step;
  float* to = packed + pass.packed_strip(block / STRIP) + first * width + block % STRIP * LANES;
  transform_filters(weights, from, filters, end - first, pass.channels * width, width, to);
}

// A strip alone.
void pack_strip(const Pass& pass, const Weights& weights, int64_t strip, float* packed) {
  for (int64_t v = 0; v < pass.vectors(strip); v++)
    pack_block(pass, weights, strip * STRIP + v, 0, pass.channels,
               packed - pass.packed_strip(strip));
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

// A strip of filters of tiles first..: products, and from these the results.
void finish_strip(const Pass& pass, const Tiles& tiles, int64_t first, int64_t count,
                  const float* weights, int64_t strip, const Results& results) {
  Tiles products{nullptr, pass.vectors(strip), tiles.height};
  products.from = scratch_floats(Scratch::tile_products, products.size(count));
  multiply(tiles, count, pass.channels, weights, products);
  TilePlace at(pass.grid, first);
  for (int64_t t = 0; t < count; t++, at.next())
    for (int64_t v = 0; v < products.blocks; v++) {
      const float* const from =
          products.at(t / products.height, 0) + (v * products.height + t % products.height) * LANES;
      const int64_t filter = (strip * STRIP + v) * LANES;
      if (filter + LANES <= pass.filters && at.rows(TILE, 0) == TILE && at.columns(TILE, 0) == TILE)
        results.write<true>(from, products.step(), at, filter);
      else
        results.write<false>(from, products.step(), at, filter);
    }
}

// How the tiles of a pass are cut into items of work.
struct Items {
  static constexpr int64_t WANTED = 4, FEW = 24, MANY = 64;
  int64_t total, count;
  bool together;  // all threads do one item, each some strips of its filters
  explicit Items(const Pass& pass) : total(pass.grid.count()) {
    // So many that transformed tiles and products stay in L2; more if the weights do not, since
    // they are read again for each item.
    constexpr int64_t FIT = 1 << 17, WEIGHTS = 1 << 21;
    const bool large = pass.packed_size() > WEIGHTS;
    const int64_t fit = FIT / (POINTS * (pass.channels + STRIP * LANES));
    const int64_t most = large ? MANY : maximum(FEW, minimum(fit, MANY + MANY / 2));
    together = pass.strips() > 1 && (large || total < WANTED * FEW);
    count = ceil_div(total, together ? MANY + MANY / 2 : most);
    if (!together && count < WANTED)
      count = minimum(WANTED, ceil_div(total, pass.strips() > 1 ? FEW : FEW / 4));
  }
  int64_t start(int64_t item) const { return total * item / count; }
  int64_t size(int64_t item) const { return start(item + 1) - start(item); }
};

Tiles tiles_for(const Pass& pass, int64_t count) {
  const int64_t groups = ceil_div(count, max_height(pass.vectors(0)));
  Tiles tiles{nullptr, ceil_div(pass.channels, LANES), ceil_div(count, groups)};
  tiles.from = scratch_floats(Scratch::tiles, tiles.size(count));
  return tiles;
}

// weights(strip): those of a strip, packed.
template <class StripWeights>
void convolve(const Pass& pass, const Items& items, const Pixels& x, const StripWeights& weights,
              const Results& results) {
  const auto transform = [&](int64_t first, int64_t count, const Tiles& to) {
    transform_tiles<ImageLine>(x, pass.grid, pass.top, pass.left, first, count, to);
  };
  if (!items.together)
    return parallel_for(items.count, [&](int64_t item) {
      const int64_t first = items.start(item), count = items.size(item);
      const Tiles tiles = tiles_for(pass, count);
      transform(first, count, tiles);
      for (int64_t strip = 0; strip < pass.strips(); strip++)
        finish_strip(pass, tiles, first, count, weights(strip), strip, results);
    });
  for (int64_t item = 0; item < items.count; item++) {
    const int64_t first = items.start(item), count = items.size(item);
    const Tiles tiles = tiles_for(pass, count);
    parallel_for(ceil_div(count, tiles.height), [&](int64_t group) {
      const int64_t t = group * tiles.height;
      transform(first + t, minimum(tiles.height, count - t),
                {tiles.at(group, 0), tiles.blocks, tiles.height});
    });
    parallel_for(pass.strips(), [&](int64_t strip) {
      finish_strip(pass, tiles, first, count, weights(strip), strip, results);
    });
  }
}

}  // namespace

int64_t pixels_winograd_size(const Convolution& conv) {
  return forward_pass(conv, conv.maps.n).packed_size();
}

void pixels_winograd_pack(const Convolution& conv, const float* weight, float* packed) {
  const int64_t filter = conv.maps.c * 9;
  pack(forward_pass(conv, conv.maps.n), {weight, weight + conv.f * filter, filter, 9, false},
       packed);
}

void pixels_winograd(const Convolution& conv, const Pixels& x, const float* packed,
                     const Finish& finish, const Pixels& y) {
  const Pass pass = forward_pass(conv, x.n);
  const auto weights = [&](int64_t strip) { return packed + pass.packed_strip(strip); };
  convolve(pass, Items(pass), x, weights, {finish, y});
}

void pixels_winograd_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                            const Pixels* add, const Pixels& grad_x) {
  const Pass pass = backward_pass(conv, grad_y.n);
  const Items items(pass);
  const int64_t filter = conv.maps.c * 9;
  const Weights turned{weight, weight + conv.f * filter, 9, filter, true};
  const Results results{Finish{.add = add}, grad_x};
  if (items.together && items.count == 1)  // each strip once: it is packed while it is in L2
    return convolve(
        pass, items, grad_y,
        [&](int64_t strip) {
          float* own = scratch_floats(Scratch::weight, pass.packed_strip(1));
          pack_strip(pass, turned, strip, own);
          return own;
        },
        results);
  float* packed = scratch_floats(Scratch::weight, pass.packed_size());
  pack(pass, turned, packed);
  convolve(
      pass, items, grad_y, [&](int64_t strip) { return packed + pass.packed_strip(strip); },
      results);
}

}  // namespace badak::BADAK_ISA
