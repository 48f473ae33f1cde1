// winograd_tiles.h -- maps of pixels as transformed tiles.
//
// Tiles are counted through columns, rows and images, so that an item of work is any run of them:
// small maps of several images together, or a part of a large map. Each number of a tile is a
// vector of channels, read where it lies; no layout changes.
#pragma once

#include "conv2d/winograd_transforms.h"
#include "pixels/pixels.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA::winograd {

// Maps of h x w places, cut into tiles from their upper left on; the last ones may reach beyond.
struct TileGrid {
  int64_t n, h, w;
  int64_t rows() const { return ceil_div(h, TILE); }
  int64_t columns() const { return ceil_div(w, TILE); }
  int64_t count() const { return n * rows() * columns(); }
};

// A tile's first place.
struct TilePlace {
  TileGrid grid;
  int64_t image, y, x;
  TilePlace(const TileGrid& grid_, int64_t tile) : grid(grid_) {
    const int64_t columns = grid.columns(), each = grid.rows() * columns;
    image = tile / each, y = tile % each / columns * TILE, x = tile % columns * TILE;
  }
  void next() {
    if ((x += TILE) < grid.w) return;
    x = 0;
    if ((y += TILE) < grid.h) return;
    y = 0, image++;
  }
  // How many of `span` rows or columns from the first place on lie in maps longer by `more`.
  int64_t rows(int64_t span, int64_t more) const { return minimum(span, grid.h + more - y); }
  int64_t columns(int64_t span, int64_t more) const { return minimum(span, grid.w + more - x); }
};

// Transformed tiles, in groups as high as a register tile. In a group, number `point` of tile t is
// a vector of the channels of a block.
struct Tiles {
  float* from;
  int64_t blocks, height;  // height: tiles in a group
  // An odd number of vectors, or a tile's POINTS would meet in a few lines of L1.
  int64_t step() const { return (blocks * height | 1) * LANES; }  // from point to point
  int64_t group() const { return POINTS * step(); }
  int64_t size(int64_t tiles) const { return ceil_div(tiles, height) * group(); }
  float* at(int64_t group_, int64_t point) const {
    return from + group_ * group() + point * step();
  }
};

// Maps that do not stay in L2 from layer to layer are fetched ahead.
inline bool is_far(const Pixels& maps) { return maps.n * maps.image > (1 << 20); }

// Where a tile's SIDE x SIDE pixels lie; those beyond the map count as 0 and are not read.
template <int SIDE>
struct TilePixels {
  const float* corner;
  int64_t step, row, rows, columns;  // rows, columns: how many are inside
  TilePixels(const Pixels& maps, const TilePlace& at, int64_t top, int64_t left)
      : corner(maps.pixel(at.image, at.y - top, at.x - left)),
        step(maps.step),
        row(maps.row),
        rows(at.rows(SIDE, SIDE - TILE)),
        columns(at.columns(SIDE, SIDE - TILE)) {}
  bool whole() const { return rows == SIDE && columns == SIDE; }

  // For a tile to come; the two columns that it shares with the tile before it are there.
  [[gnu::always_inline]] void prefetch(int64_t channel) const {
#pragma GCC unroll 6
    for (int i = 0; i < SIDE; i++)
#pragma GCC unroll 4
      for (int j = SIDE - TILE; j < SIDE; j++)
        __builtin_prefetch(corner + channel + i * row + j * step);
  }

  // transform(read), where read(i, j) is the vector of channels from `channel` on.
  template <class Transform>
  [[gnu::always_inline]] void block(int64_t channel, const Transform& transform) const {
    const float* const from = corner + channel;
    if (whole()) {
      transform([&](int i, int j) { return load(from + i * row + j * step); });
      return;
    }
    Vec inside[SIDE][SIDE] = {};
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j++) inside[i][j] = load(from + i * row + j * step);
    transform([&](int i, int j) { return inside[i][j]; });
  }
};

// B^T d B of a 6x6 square d, two rows at a time: all six would not fit the registers.
template <class Read, class Write>
[[gnu::always_inline]] inline void transform_image(const Read& read, const Write& write) {
  using namespace points;
  const auto rows = [&](int first, int second, const auto& pair) __attribute__((always_inline)) {
    Vec upper[SPAN], lower[SPAN], line[SPAN];
#pragma GCC unroll 6
    for (int j = 0; j < SPAN; j++) pair(j, upper[j], lower[j]);
    ImageLine::apply(upper, line);
#pragma GCC unroll 6
    for (int j = 0; j < SPAN; j++) write(first, j, line[j]);
    ImageLine::apply(lower, line);
#pragma GCC unroll 6
    for (int j = 0; j < SPAN; j++) write(second, j, line[j]);
  };
  rows(0, 5, [&](int j, Vec& upper, Vec& lower) __attribute__((always_inline)) {
    upper = read(4, j) - B2 * read(2, j) - A2 * (read(2, j) - B2 * read(0, j));
    lower = read(5, j) - B2 * read(3, j) - A2 * (read(3, j) - B2 * read(1, j));
  });
  rows(1, 2, [&](int j, Vec& upper, Vec& lower) __attribute__((always_inline)) {
    const Vec even = read(4, j) - B2 * read(2, j), odd = read(3, j) - B2 * read(1, j);
    upper = even + A * odd, lower = even - A * odd;
  });
  rows(3, 4, [&](int j, Vec& upper, Vec& lower) __attribute__((always_inline)) {
    const Vec even = read(4, j) - A2 * read(2, j), odd = read(3, j) - A2 * read(1, j);
    upper = even + B * odd, lower = even - B * odd;
  });
}

// Tiles first.. of the maps, `count` of them -> to, by Line; and look(block, read) at each.
template <class Line, class Look>
inline void transform_tiles(const Pixels& maps, const TileGrid& grid, int64_t top, int64_t left,
                            int64_t first, int64_t count, const Tiles& to, const Look& look) {
  TilePlace at(grid, first);
  const int64_t step = to.step();
  const bool far = is_far(maps);
  for (int64_t t = 0; t < count; t++) {
    const TilePixels<Line::IN> pixels(maps, at, top, left);
    at.next();
    const TilePixels<Line::IN> next(maps, at, top, left);
    float* place = to.at(t / to.height, 0) + t % to.height * LANES;
    for (int64_t b = 0; b < to.blocks; b++, place += to.height * LANES) {
      if (far) next.prefetch(b * LANES);
      pixels.block(b * LANES, [&](const auto& read) __attribute__((always_inline)) {
        const auto write = [&](int i, int j, Vec value) __attribute__((always_inline)) {
          store(place + (SPAN * i + j) * step, value);
        };
        if constexpr (Line::IN == SPAN)
          transform_image(read, write);
        else
          transform_square<Line>(read, write);
        look(b, read);
      });
    }
  }
}
template <class Line>
inline void transform_tiles(const Pixels& maps, const TileGrid& grid, int64_t top, int64_t left,
                            int64_t first, int64_t count, const Tiles& to) {
  transform_tiles<Line>(maps, grid, top, left, first, count, to, [](int64_t, const auto&) {});
}

}  // namespace badak::BADAK_ISA::winograd
