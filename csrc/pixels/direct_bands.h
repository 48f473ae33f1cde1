// direct_bands.h -- a convolution cut into tiles, and these into work for the threads.
//
// Places are counted image after image, row after row; a band is some of them in a row.
#pragma once

#include "pixels/direct_panels.h"
#include "pixels/direct_tile.h"

namespace badak::BADAK_ISA {

// Goes from place to place of y, and of what x and `add` have there.
class Places {
  struct Path {
    float* at;
    int64_t step, down, next;  // to the next place; more at the end of a row, of an image
    Path(const Pixels& maps, const Pixels& y, int64_t sh, int64_t sw, int64_t place)
        : at(maps.pixel(place / (y.h * y.w), place / y.w % y.h * sh, place % y.w * sw)),
          step(sw * maps.step),
          down(sh * maps.row - y.w * step),
          next(maps.image - y.h * sh * maps.row) {}
    void skip(int64_t count, bool row_ends, bool image_ends) {
      at += count * step + (row_ends ? down : 0) + (image_ends ? next : 0);
    }
  };
  // To the other pixels of a place, if y is pooled.
  struct Square {
    int64_t right, down;
    void put(const float* at, const float** to) const {
      to[0] = at, to[1] = at + right, to[2] = at + down, to[3] = at + down + right;
    }
  };
  const Finish& finish;
  int64_t column, row, h, w;
  Path x, add, y;
  Square x_square, add_square{};

 public:
  Places(const Pixels& from, const Window& window, const Finish& finish_, const Pixels& to,
         int64_t place)
      : finish(finish_),
        column(place % to.w),
        row(place / to.w % to.h),
        h(to.h),
        w(to.w),
        x(from, to, window.sh * (1 + finish.pool), window.sw * (1 + finish.pool), place),
        add(finish.add == nullptr ? to : *finish.add, to, 1 + finish.pool, 1 + finish.pool, place),
        y(to, to, 1, 1, place),
        x_square{window.sw * from.step, window.sh * from.row} {
    if (finish.add != nullptr) add_square = {finish.add->step, finish.add->row};
  }

  // The next `count` places of a tile.
  void take(int64_t count, TilePlaces& tile) {
    for (int64_t i = 0; i < count;) {
      const int64_t start = i, end = minimum(count, i + w - column);
      for (; i < end; i++) {
        tile.y[i] = y.at + (i - start) * y.step;
        put(x.at + (i - start) * x.step, i, x_square, tile.x);
        if (finish.add != nullptr) put(add.at + (i - start) * add.step, i, add_square, tile.add);
      }
      column += end - start;
      const bool row_ends = column == w;
      if (row_ends) column = 0, row++;
      const bool image_ends = row == h;
      if (image_ends) row = 0;
      for (Path* path : {&x, &add, &y}) path->skip(end - start, row_ends, image_ends);
    }
  }

 private:
  void put(const float* at, int64_t i, const Square& square, const float** to) const {
    if (finish.pool)
      square.put(at, to + 4 * i);
    else
      to[i] = at;
  }
};

struct DirectWork {
  Panels panels;
  const float* packed;
  Taps taps;
  Window window;  // its strides
  const Finish& finish;
  Pixels x;  // at the first number under the window of the first place
  Pixels y;

  int64_t places() const { return y.n * y.h * y.w; }
  int64_t pixels() const { return finish.pool ? 4 : 1; }  // of a place
  int64_t tile_places() const { return tile_pixels(panels.width()) / pixels(); }

  // Places first ... end - 1 for all filters of these panels: as many panels at a time as L1 holds.
  void run(int64_t first, int64_t end, int64_t panel, int64_t last_panel) const {
    const int64_t tiles = ceil_div(end - first, tile_places());
    const int64_t height = (end - first) / tiles, higher = (end - first) % tiles;
    const int64_t numbers = panels.width() * LANES * taps.count();
    while (panel < last_panel) {
      Panel filters[MOST_PANELS];
      int64_t together = 0;
      do filters[together++] = panels.at(panel++, packed);
      while (panel < last_panel && together < MOST_PANELS &&
             (together + 1) * numbers <= L1_NUMBERS);
      Places from(x, window, finish, y, first);
      TilePlaces tile;
      for (int64_t t = 0; t < tiles; t++) {
        const int64_t count = height + (t < higher);
        from.take(count, tile);
        for (int64_t p = 0; p < together; p++)
          direct_tile_for(count * pixels(), filters[p].vectors, taps.length == 1)(taps, filters[p],
                                                                                  finish, tile);
      }
    }
  }

  static constexpr int64_t MOST_PANELS = 8;
  static constexpr int64_t L1_NUMBERS = 5 << 10;  // of their weights: 20 kB
};

constexpr int64_t BAND_NUMBERS = 32 << 10;  // of x under a band, that stay in L2
constexpr int64_t ITEM_PRODUCTS = 1 << 20;  // worth handing to another thread
constexpr int64_t MOST_ITEMS = 8;           // wanted, where the caches ask for fewer

// All places and panels, in items of work.
inline void in_bands(const DirectWork& work) {
  const int64_t places = work.places(), tile = work.tile_places(), panels = work.panels.count;
  const int64_t reads = work.window.sh * work.window.sw * work.pixels() * work.x.c;
  const int64_t products =
      places * work.pixels() * panels * work.panels.width() * LANES * work.panels.taps;
  const int64_t wanted = maximum<int64_t>(1, minimum(MOST_ITEMS, products / ITEM_PRODUCTS));
  int64_t bands = ceil_div(places * reads, BAND_NUMBERS), parts = 1;
  const int64_t most = ceil_div(places, tile);
  bands = minimum(bands, most);
  if (bands < wanted) {
    if (work.panels.size() > places * reads) parts = minimum(panels, ceil_div(wanted, bands));
    bands = minimum(most, ceil_div(wanted, parts));
    if (parts == 1) parts = minimum(panels, ceil_div(wanted, bands));
  }
  const int64_t tiles = ceil_div(places, tile);
  parallel_for(bands * parts, [&](int64_t item) {
    const int64_t band = item / parts, part = item % parts;
    work.run(minimum(places, tiles * band / bands * tile),
             minimum(places, tiles * (band + 1) / bands * tile), panels * part / parts,
             panels * (part + 1) / parts);
  });
}

}  // namespace badak::BADAK_ISA
