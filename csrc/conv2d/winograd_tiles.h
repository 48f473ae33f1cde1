// winograd_tiles.h -- the images of a convolution as transformed tiles, and products of these.
//
// An image's maps are laid out LANES at a time with their channels innermost, so that each number
// of a tile is a vector of channels, wherever the tile lies and whatever the map's width. The
// products of all tiles of an item of work are one matrix product for each of the POINTS.
#pragma once

#include "conv2d/gradient.h"
#include "conv2d/winograd_transforms.h"

namespace badak::BADAK_ISA {

// How maps of h rows lie under the tiles: with `top` rows and `left` columns of zeros before them;
// each tile sees `span` x `span` pixels, and the next one begins `step` later.
struct TileGrid {
  int64_t h, top, left, span, step;
};

// Sizes of one pass; images (n, groups * channels, h, w) to maps (n, groups * filters, oh, ow), a
// tile of which has `tile` x `tile` places.
struct TilePass {
  int64_t n, groups, channels, filters, h, w, oh, ow, top, left, tile;
  int64_t tiles_h() const { return ceil_div(oh, tile); }
  int64_t tiles_w() const { return ceil_div(ow, tile); }
  TileGrid grid() const { return {h, top, left, SPAN, tile}; }
};

// A convolution's own way: from its images to its maps.
inline TilePass forward_pass(const Convolution& conv) {
  const Maps& maps = conv.maps;
  return {.n = maps.n,
          .groups = conv.groups,
          .channels = conv.channels(),
          .filters = conv.filters(),
          .h = maps.h,
          .w = maps.w,
          .oh = maps.oh,
          .ow = maps.ow,
          .top = conv.window.top,
          .left = conv.window.left,
          .tile = SPAN + 1 - conv.window.kh};
}

// The maps of one image and group that it reads.
inline MapPixels image_pixels(const Convolution& conv, const float* x, int64_t image,
                              int64_t group) {
  const Maps& maps = conv.maps;
  return {.numbers = x,
          .size = maps.n * maps.c * maps.h * maps.w,
          .first = image * maps.c + group * conv.channels(),
          .count = conv.channels(),
          .h = maps.h,
          .w = maps.w};
}

// Rows of tiles first.. of so many, each of `columns` tiles.
struct TileRows {
  int64_t first, rows, columns;
  int64_t count() const { return rows * columns; }
};

// How images fall into items of work: several small ones together, or large ones in bands of rows
// of tiles; about `wanted` tiles at a time.
struct TileBands {
  int64_t rows, columns, together, count;
  TileBands(const TilePass& pass, int64_t wanted) : rows(pass.tiles_h()), columns(pass.tiles_w()) {
    const int64_t tiles = rows * columns;
    const int64_t busy = ceil_div(WANTED_ITEMS, pass.n * pass.groups);  // bands, for all threads
    together = busy > 1 ? 1 : minimum(wanted / tiles, pass.n * pass.groups / WANTED_ITEMS);
    together = maximum<int64_t>(together, 1);
    count = minimum(rows, maximum(busy, ceil_div(rows, maximum<int64_t>(wanted / columns, 1))));
  }
  TileRows at(int64_t band) const {
    const int64_t first = rows * band / count;
    return {first, rows * (band + 1) / count - first, columns};
  }
};

// Transformed tiles: number `point` of tile t, a vector of the channels of a block.
struct Tiles {
  float* from;
  int64_t blocks, count;  // of tiles
  int64_t step;           // from point to point
  // An odd number of vectors, or a tile's POINTS would meet in a few lines of L1.
  Tiles(Scratch memory, int64_t blocks_, int64_t count_)
      : blocks(blocks_), count(count_), step((blocks * count | 1) * LANES) {
    from = scratch_floats(memory, POINTS * step);
  }
  float* at(int64_t block, int64_t tile) const { return from + (block * count + tile) * LANES; }
};

// Tile by tile, from tile t on: transform(block, pixels, numbers in a row of them, to) for each
// block of the channels.
template <class Transform>
inline void transform_band(const MapPixels& maps, const TileGrid& grid, const TileRows& band,
                           const Tiles& to, int64_t t, const Transform& transform) {
  const int64_t height = grid.step * (band.rows - 1) + grid.span;
  const int64_t columns = grid.step * (band.columns - 1) + grid.span;
  const int64_t upper = grid.step * band.first - grid.top;  // the map's row that comes first
  const int64_t from = maximum<int64_t>(upper, 0), end = minimum(upper + height, grid.h);
  float* pixels = scratch_floats(Scratch::columns, height * columns * LANES);
  clear(pixels, height * columns * LANES);
  for (int64_t b = 0; b < to.blocks; b++) {
    if (from < end)
      maps.lay_out(b, from, end - from, columns,
                   pixels + ((from - upper) * columns + grid.left) * LANES);
    for (int64_t i = 0; i < band.rows; i++)
      for (int64_t j = 0; j < band.columns; j++)
        transform(b, pixels + grid.step * (i * columns + j) * LANES, columns * LANES,
                  to.at(b, t + i * band.columns + j));
  }
}

inline void transform_image(const float* pixels, int64_t row, float* to, int64_t step) {
  transform_square<ImageLine>(
      [&](int i, int j) { return load(pixels + i * row + j * LANES); },
      [&](int i, int j, Vec value) { store(to + (SPAN * i + j) * step, value); });
}

template <class Form>
inline void transform_gradient(const float* pixels, int64_t row, float* to, int64_t step) {
  transform_square<typename Form::Gradient>(
      [&](int i, int j) { return load(pixels + i * row + j * LANES); },
      [&](int i, int j, Vec value) { store(to + (SPAN * i + j) * step, value); });
}

}  // namespace badak::BADAK_ISA
