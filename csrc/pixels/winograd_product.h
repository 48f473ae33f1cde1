// winograd_product.h -- the products of transformed tiles with a strip of transformed weights.
//
// One matrix product for each of the POINTS: a group of tiles by one or two vectors of filters in
// registers, over all channels. A tile's channels are broadcast one after the other.
#pragma once

#include "gemm/tile_sums.h"
#include "pixels/winograd_tiles.h"

namespace badak::BADAK_ISA::winograd {

constexpr int64_t STRIP = 2;  // vectors of filters that a product computes at a time
constexpr int64_t DEPTH =
    128;  // channels; the sums of more are added up, which keeps rounding small

// Tiles in a group, at most: so many that the sums fill the registers.
constexpr int64_t max_height(int64_t vectors) {
  return LANES == 16  ? (vectors == 1 ? 24 : 12)
         : LANES == 8 ? (vectors == 1 ? 12 : 6)
                      : (vectors == 1 ? 12 : 4);
}

// products (ROWS tiles, V vectors of filters) (+)= tiles (ROWS, channels) * weights (channels, V).
template <int ROWS, int V>
void product(const float* tiles, int64_t block_step, int64_t channels, const float* weights,
             bool add, float* products, int64_t vector_step) {
  TileSums<ROWS, V> sums;
  sums.fill(Vec{});
  for (int64_t first = 0; first < channels; first += LANES, tiles += block_step) {
    const int64_t depth = minimum(LANES, channels - first);
    for (int64_t p = 0; p < depth; p++, weights += V * LANES)
      sums.add_products([&](int r) { return tiles[r * LANES + p]; },
                        [&](int v) { return weights + v * LANES; });
  }
  const auto place = [&](int r, int v) { return products + v * vector_step + r * LANES; };
  if (add)
    sums.each([&](int r, int v, Vec sum) { store(place(r, v), load(place(r, v)) + sum); });
  else
    sums.each([&](int r, int v, Vec sum) { store(place(r, v), sum); });
}

using Product = void (*)(const float*, int64_t, int64_t, const float*, bool, float*, int64_t);

template <int V, int... ROWS>
Product product_of(int64_t rows, std::integer_sequence<int, ROWS...>) {
  static constexpr Product all[] = {product<ROWS + 1, V>...};
  return all[rows - 1];
}
inline Product product_of(int64_t rows, int64_t vectors) {
  return vectors == 1 ? product_of<1>(rows, std::make_integer_sequence<int, max_height(1)>())
                      : product_of<2>(rows, std::make_integer_sequence<int, max_height(2)>());
}

// `count` tiles times a strip of weights [point][channel][vectors] -> products, whose blocks are
// the strip's vectors.
inline void multiply(const Tiles& tiles, int64_t count, int64_t channels, const float* weights,
                     const Tiles& products) {
  const int64_t vectors = products.blocks, height = tiles.height;
  const int64_t groups = count / height, rest = count % height;
  const Product whole = product_of(height, vectors);
  const Product last = rest == 0 ? nullptr : product_of(rest, vectors);
  for (int64_t point = 0; point < POINTS; point++)
    for (int64_t c = 0; c < channels; c += DEPTH) {
      const int64_t depth = minimum(DEPTH, channels - c);
      for (int64_t g = 0; g < groups; g++)
        whole(tiles.at(g, point) + c * height, height * LANES, depth, weights, c > 0,
              products.at(g, point), height * LANES);
      if (rest > 0)
        last(tiles.at(groups, point) + c * height, height * LANES, depth, weights, c > 0,
             products.at(groups, point), height * LANES);
      weights += depth * vectors * LANES;
    }
}

}  // namespace badak::BADAK_ISA::winograd
