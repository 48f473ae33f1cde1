// winograd.h -- 3x3 convolution with stride 1 in 16 multiplications for 2x2 places instead of 36.
//
//   Lavin and Gray 2015, F(2x2, 3x3): y = A^T [(G g G^T) * (B^T d B)] A for each 4x4 tile d of the
//   image, summed over channels between the brackets: 16 matrix products (filters, channels) x
//   (channels, tiles). Agrees with the direct form within 2e-6 of the largest result; a number that
//   is not finite spreads over its tile.
// Method: even and odd rows and columns of an image go apart, so that each of a tile's 16 numbers
// lies beside those of the next tiles, and all transforms work on vectors of tiles. 2x2 max pooling
// is the largest of a tile's own four results.
#pragma once

#include "conv2d_gradient.h"
#include "correlate.h"
#include "microkernel.h"

namespace badak::BADAK_ISA {

// Sizes of one pass; images (n, groups * channels, h, w) to maps (n, groups * filters, oh, ow).
struct TilePass {
  int64_t n, groups, channels, filters, h, w, oh, ow, top, left;
  int64_t tiles_h() const { return (oh + 1) / 2; }
  // A row of tiles has room for half an image row, of which the last may not be needed.
  int64_t tiles_w() const { return most((ow + 1) / 2, (w + 1) / 2); }
  int64_t tiles() const { return tiles_h() * tiles_w(); }
  bool pools() const {
    return ow % 2 == 0 && tiles_w() == ow / 2;
  }  // rows of tiles are pooled rows
};

// Whether a convolution is of the kind, and large enough to repay the transforms.
inline bool suits_tiles(const Convolution& conv) {
  const Window& w = conv.window;
  const bool kind = w.kh == 3 && w.kw == 3 && w.sh == 1 && w.sw == 1 && w.dh == 1 && w.dw == 1 &&
                    w.top <= 2 && w.left <= 2;
  // A single image would be one thread's work; the direct form cuts it into bands.
  return kind && conv.channels() >= 8 && conv.filters() >= 8 && conv.maps.n * conv.groups > 1 &&
         conv.maps.n * ((conv.maps.oh + 1) / 2) * ((conv.maps.ow + 1) / 2) >= 48;
}

// d (4, 4) -> B^T d B, in place.
inline void transform_image(Vec (&d)[16]) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {  // columns
    const Vec a = d[i], b = d[4 + i], c = d[8 + i], e = d[12 + i];
    d[i] = a - c, d[4 + i] = b + c, d[8 + i] = c - b, d[12 + i] = b - e;
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {  // rows
    const Vec a = d[i], b = d[i + 1], c = d[i + 2], e = d[i + 3];
    d[i] = a - c, d[i + 1] = b + c, d[i + 2] = c - b, d[i + 3] = b - e;
  }
}

// m (4, 4) -> A^T m A, the four results of a tile.
inline void transform_result(const Vec (&m)[16], Vec (&y)[4]) {
  Vec upper[4], lower[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    upper[i] = m[i] + m[4 + i] + m[8 + i];
    lower[i] = m[4 + i] - m[8 + i] - m[12 + i];
  }
  y[0] = upper[0] + upper[1] + upper[2], y[1] = upper[1] - upper[2] - upper[3];
  y[2] = lower[0] + lower[1] + lower[2], y[3] = lower[1] - lower[2] - lower[3];
}

// g (3, 3) -> G g G^T.
inline void transform_weight(const Vec (&g)[9], Vec (&u)[16]) {
  Vec rows[4][3];
  const Vec half = splat(0.5f);
#pragma GCC unroll 3
  for (int j = 0; j < 3; j++) {
    const Vec ends = g[j] + g[6 + j];
    rows[0][j] = g[j], rows[3][j] = g[6 + j];
    rows[1][j] = (ends + g[3 + j]) * half, rows[2][j] = (ends - g[3 + j]) * half;
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const Vec ends = rows[i][0] + rows[i][2];
    u[4 * i] = rows[i][0], u[4 * i + 3] = rows[i][2];
    u[4 * i + 1] = (ends + rows[i][1]) * half, u[4 * i + 2] = (ends - rows[i][1]) * half;
  }
}

// All weights transformed: [group][16][row tile][k][height], as tiles of the product read them.
// The number of row i, channel k and cell is at weight + i * row_step + k * step + cell, cells in
// reverse where `turned`; a group's weights are `group_step` apart.
inline void transform_weights(const TilePass& pass, const float* weight, int64_t row_step,
                              int64_t step, int64_t group_step, bool turned, float* to) {
  const RowTiles rows(pass.filters);
  const int64_t product = pass.filters * pass.channels;
  parallel_for(pass.groups * rows.count, [&](int64_t item) {
    const int64_t tile = item % rows.count, group = item / rows.count;
    const int64_t first = rows.start(tile), height = rows.height(tile);
    for (int64_t k = 0; k < pass.channels; k++) {
      Vec cells[9], u[16];
      for (int cell = 0; cell < 9; cell++) {
        const float* from =
            weight + group * group_step + first * row_step + k * step + (turned ? 8 - cell : cell);
        float lanes[LANES] = {};
        for (int64_t i = 0; i < height; i++) lanes[i] = from[i * row_step];
        cells[cell] = load(lanes);
      }
      transform_weight(cells, u);
      for (int64_t xi = 0; xi < 16; xi++)
        store_some(to + (group * 16 + xi) * product + first * pass.channels + k * height, u[xi],
                   height);
    }
  });
}

// Where the results of one map go: as they are, or pooled.
struct TileResults {
  const TilePass& pass;
  const float* bias;  // of all filters; or null
  Behind behind;
  float* y;
  uint8_t* winners;

  // m: (16, ..., length) numbers of one filter, `step` apart; map: which of all maps.
  void write(const float* m, int64_t step, int64_t map, float bias_of_map) const {
    const int64_t count = pass.tiles(), tiles_w = pass.tiles_w();
    const Vec add = splat(bias_of_map);
    float* results = scratch_floats(Scratch::tile_results, 4 * (count + 2 * LANES));
    const int64_t room = count + 2 * LANES;
    for (int64_t t = 0; t < count; t += LANES) {
      Vec points[16], four[4];
#pragma GCC unroll 16
      for (int xi = 0; xi < 16; xi++) points[xi] = load(m + xi * step + t);
      transform_result(points, four);
      if (behind.pool) {
        pool(four, add, map, t);
        continue;
      }
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const Vec value = four[i] + add;
        store(results + i * room + t, behind.relu ? relu(value) : value);
      }
    }
    if (behind.pool) return;
    float* row = y + map * pass.oh * pass.ow;
    const float* const end = row + pass.oh * pass.ow;
    for (int64_t i = 0; i < pass.oh; i++, row += pass.ow) {
      const float *even = results + (i % 2) * 2 * room + i / 2 * tiles_w, *odd = even + room;
      for (int64_t j = 0; 2 * j < pass.ow; j += LANES) {
        Vec first, second;
        join_pairs(load(even + j), load(odd + j), first, second);
        // What goes beyond a row is overwritten by the next; nothing may go beyond the map.
        float* to = row + 2 * j;
        store_some(to, first, end - to);
        store_some(to + LANES, second, end - to - LANES);
      }
    }
  }

 private:
  void pool(const Vec (&four)[4], Vec add, int64_t map, int64_t t) const {
    const int64_t pooled = pass.oh / 2 * pass.tiles_w();
    Vec best = four[0] + add;
    IntVec winner{};
#pragma GCC unroll 4
    for (int32_t cell = 1; cell < 4; cell++) challenge(best, winner, four[cell] + add, cell);
    best = behind.relu ? relu(best) : best;
    store_some(y + map * pooled + t, best, pooled - t);
    if (winners != nullptr) store_winners(winners + map * pooled + t, winner, pooled - t);
  }
};

// One channel's rows and columns, even and odd apart: four planes, each of the rows -1 .. tiles_h
// of its kind, zeros where they lie outside the image.
struct Quarters {
  int64_t h, w, tiles_h, tiles_w;
  int32_t* inside;     // (2, tiles_w in whole vectors): which even and odd columns exist
  int32_t* not_first;  // (tiles): not the first of its row, for a tap one to the left
  int32_t* not_last;   // ... not the last, for a tap one to the right
  int64_t offset[16];  // of each of a tile's numbers from the start of the planes
  const int32_t* keep[16];

  static int64_t mask_numbers(const TilePass& pass) {
    return 2 * (pass.tiles_w() + LANES) + 2 * (pass.tiles() + LANES);
  }
  int64_t row() const { return tiles_w; }
  int64_t plane() const { return (tiles_h + 2) * tiles_w + LANES; }
  int64_t size() const { return 4 * plane() + 2 * LANES; }

  Quarters(const TilePass& pass, int32_t* masks)
      : h(pass.h),
        w(pass.w),
        tiles_h(pass.tiles_h()),
        tiles_w(pass.tiles_w()),
        inside(masks),
        not_first(masks + 2 * (tiles_w + LANES)),
        not_last(not_first + pass.tiles() + LANES) {
    const int64_t padded = tiles_w + LANES;
    for (int64_t kind = 0; kind < 2; kind++)
      for (int64_t j = 0; j < padded; j++)
        inside[kind * padded + j] = j < tiles_w && 2 * j + kind < w ? -1 : 0;
    for (int64_t t = 0; t < pass.tiles() + LANES; t++) {
      not_first[t] = t % tiles_w != 0 ? -1 : 0;
      not_last[t] = t % tiles_w != tiles_w - 1 ? -1 : 0;
    }
    for (int64_t r = 0; r < 4; r++)
      for (int64_t s = 0; s < 4; s++) {
        const int64_t down = floor_div(r - pass.top, 2), across = floor_div(s - pass.left, 2);
        const int64_t kind = (r - pass.top - 2 * down) * 2 + (s - pass.left - 2 * across);
        offset[4 * r + s] = LANES + kind * plane() + (1 + down) * tiles_w + across;
        keep[4 * r + s] = across < 0 ? not_first : across > 0 ? not_last : nullptr;
      }
  }

  // Nothing is read outside [.., end). Vectors are written whole: rows in order, room behind each.
  void fill(const float* image, const float* end, float* to) const {
    to += LANES;
    const int64_t padded = tiles_w + LANES;
    for (int64_t kind = 0; kind < 2; kind++) {
      float *even = to + 2 * kind * plane(), *odd = even + plane();
      for (int64_t k = -1; k <= tiles_h; k++, even += tiles_w, odd += tiles_w) {
        const int64_t y = 2 * k + kind;
        if (y < 0 || y >= h) {
          for (int64_t j = 0; j < tiles_w; j += LANES)
            store(even + j, Vec{}), store(odd + j, Vec{});
          continue;
        }
        const float* from = image + y * w;
        for (int64_t j = 0; j < tiles_w; j += LANES) {
          Vec first, second;
          split_pairs(load_before(from + 2 * j, end), load_before(from + 2 * j + LANES, end), first,
                      second);
          store_bits(even + j, (IntVec)first & load_bits(inside + j));
          store_bits(odd + j, (IntVec)second & load_bits(inside + padded + j));
        }
      }
    }
  }

  // The sixteen numbers of the tiles from t on, transformed.
  void tiles_at(const float* planes, int64_t t, Vec (&d)[16]) const {
#pragma GCC unroll 16
    for (int tap = 0; tap < 16; tap++) {
      const Vec numbers = load(planes + offset[tap] + t);
      d[tap] = keep[tap] == nullptr ? numbers : (Vec)((IntVec)numbers & load_bits(keep[tap] + t));
    }
    transform_image(d);
  }
};

// Transformed tiles of one image: to[(xi * channels + c) * length + t].
inline void transform_tiles(const TilePass& pass, const Quarters& quarters, const Source& source,
                            int64_t length, float* to) {
  float* planes = scratch_floats(Scratch::columns, quarters.size());
  const int64_t tiles = pass.tiles(), channels = pass.channels, size = pass.h * pass.w;
  for (int64_t c = 0; c < channels; c++) {
    quarters.fill(source.image + c * size, source.end, planes);
    for (int64_t t = 0; t < tiles; t += LANES) {
      Vec d[16];
      quarters.tiles_at(planes, t, d);
#pragma GCC unroll 16
      for (int xi = 0; xi < 16; xi++)  // beyond the last tile is the next image's room
        store(to + (xi * channels + c) * length + t, d[xi]);
    }
  }
}

// Images whose tiles are multiplied together: enough for full panels, few enough for L2.
inline int64_t images_together(const TilePass& pass) {
  constexpr int64_t MOST_FLOATS = 3 << 17;  // of their transformed tiles, 1.5 MiB
  const int64_t fit = MOST_FLOATS / (16 * pass.channels * pass.tiles());
  const int64_t full = ceil_div(8 * LANES, pass.tiles());  // a panel's waste is then small
  return most<int64_t>(least(least(fit, full), ceil_div(pass.n * pass.groups, 4)), 1);
}

// The whole pass; `weights` as transform_weights leaves them, read(image, group) -> Source.
template <class Read>
void convolve_tiles(const TilePass& pass, const float* weights, const Read& read,
                    const TileResults& results) {
  constexpr int64_t TILES_TOGETHER = 4;  // row tiles whose products are transformed back at once
  const Quarters quarters(
      pass, static_cast<int32_t*>(
                scratch(Scratch::masks, sizeof(int32_t) * Quarters::mask_numbers(pass))));
  const int64_t together = images_together(pass), batches = ceil_div(pass.n, together);
  const RowTiles rows(pass.filters);
  const int64_t product = pass.filters * pass.channels;
  parallel_for(batches * pass.groups, [&](int64_t item) {
    const int64_t group = item % pass.groups, batch = item / pass.groups;
    const int64_t first = pass.n * batch / batches, count = pass.n * (batch + 1) / batches - first;
    const int64_t tiles = count * pass.tiles(), length = ceil_div(tiles, LANES) * LANES + LANES;
    float* image = scratch_floats(Scratch::tiles, 16 * pass.channels * length + 2 * LANES);
    for (int64_t n = 0; n < count; n++)
      transform_tiles(pass, quarters, read(first + n, group), length, image + n * pass.tiles());
    float* products =
        scratch_floats(Scratch::tile_products, 16 * TILES_TOGETHER * TILE_ROWS * length);
    for (int64_t tile = 0; tile < rows.count; tile += TILES_TOGETHER) {
      const int64_t last = least(tile + TILES_TOGETHER, rows.count);
      const int64_t height = rows.start(last) - rows.start(tile);
      for (int64_t xi = 0; xi < 16; xi++)
        for (int64_t t = tile; t < last; t++)
          for (int64_t j = 0; j < tiles; j += 2 * LANES) {
            const int64_t width = tiles - j <= LANES ? 1 : 2;
            tile_for<PackedRows>(rows.height(t), width)(
                pass.channels,
                weights + (group * 16 + xi) * product + rows.start(t) * pass.channels,
                {image + xi * pass.channels * length + j, length},
                products + (xi * height + rows.start(t) - rows.start(tile)) * length + j, length,
                width * LANES, Finish{});
          }
      for (int64_t n = 0; n < count; n++)
        for (int64_t f = 0; f < height; f++) {
          const int64_t filter = group * pass.filters + rows.start(tile) + f;
          results.write(products + f * length + n * pass.tiles(), height * length,
                        (first + n) * pass.groups * pass.filters + filter,
                        results.bias == nullptr ? 0.0f : results.bias[filter]);
        }
    }
  });
}

}  // namespace badak::BADAK_ISA
