// winograd_product.h -- the products of transformed tiles with transformed weights, see
// winograd_tiles.h.
//
// One matrix product for each of the POINTS: some tiles by a strip of filters in registers, over
// all channels. A tile's channels are read one number at a time, LANES of them side by side.
#pragma once

#include "conv2d/winograd_tiles.h"
#include "gemm/tile_sums.h"

namespace badak::BADAK_ISA {

constexpr int64_t STRIP = 2;  // vectors of filters that a product computes at a time

// ... and tiles, at most: so many that the sums fill the registers.
constexpr int64_t max_rows(int64_t vectors) {
  return vectors == 1 ? LANES : LANES == 16 ? 12 : LANES == 8 ? 6 : 4;
}

// c (ROWS tiles, V vectors of filters) = tiles (ROWS, channels) * weights (channels, V vectors).
template <int ROWS, int V>
void tile_product(const float* tiles, int64_t block_step, int64_t channels, const float* weights,
                  float* c, int64_t c_step) {
  TileSums<ROWS, V> sums;
  sums.fill(Vec{});
  for (int64_t first = 0; first < channels; first += LANES, tiles += block_step) {
    const int64_t depth = minimum(LANES, channels - first);
    for (int64_t p = 0; p < depth; p++, weights += V * LANES)
      sums.add_products([&](int r) { return tiles[r * LANES + p]; },
                        [&](int v) { return weights + v * LANES; });
  }
  sums.each([&](int r, int v, Vec sum) { store(c + v * c_step + r * LANES, sum); });
}

using TileProduct = void (*)(const float*, int64_t, int64_t, const float*, float*, int64_t);

template <int V, int... ROWS>
TileProduct product_of(int64_t rows, std::integer_sequence<int, ROWS...>) {
  static constexpr TileProduct all[] = {tile_product<ROWS + 1, V>...};
  return all[rows - 1];
}
inline TileProduct product_of(int64_t rows, int64_t vectors) {
  return vectors == 1 ? product_of<1>(rows, std::make_integer_sequence<int, max_rows(1)>())
                      : product_of<2>(rows, std::make_integer_sequence<int, max_rows(2)>());
}

// All products of an item's tiles with the weights of a group.
inline void multiply_tiles(const Tiles& tiles, int64_t channels, const float* weights,
                           const Tiles& products) {
  for (int64_t point = 0; point < POINTS; point++)
    for (int64_t b = 0; b < products.blocks; b += STRIP) {
      const int64_t vectors = minimum(STRIP, products.blocks - b);
      const int64_t heights = ceil_div(tiles.count, max_rows(vectors));
      for (int64_t i = 0; i < heights; i++) {
        const int64_t t = tiles.count * i / heights;
        product_of(tiles.count * (i + 1) / heights - t, vectors)(
            tiles.at(0, t) + point * tiles.step, tiles.count * LANES, channels, weights,
            products.at(b, t) + point * products.step, products.count * LANES);
      }
      weights += vectors * LANES * channels;
    }
}

}  // namespace badak::BADAK_ISA
