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
  };
  int64_t column, row, h, w;
  Path x, add, y;

 public:
  int64_t x_right, x_down, add_right, add_down;  // pooled: to the other pixels of a place

  Places(const Pixels& from, const Window& window, const Finish& finish, const Pixels& to,
         int64_t place)
      : column(place % to.w),
        row(place / to.w % to.h),
        h(to.h),
        w(to.w),
        x(from, to, window.sh * (1 + finish.pool), window.sw * (1 + finish.pool), place),
        add(finish.add == nullptr ? to : *finish.add, to, 1 + finish.pool, 1 + finish.pool, place),
        y(to, to, 1, 1, place),
        x_right(window.sw * from.step),
        x_down(window.sh * from.row),
        add_right(finish.add == nullptr ? 0 : finish.add->step),
        add_down(finish.add == nullptr ? 0 : finish.add->row) {}

  // The next `count` places of a tile.
  void take(int64_t count, bool pool, TilePlaces& tile) {
    for (int64_t i = 0; i < count; i++) {
      tile.y[i] = y.at;
      if (pool) {
        for (int64_t q = 0; q < 4; q++) {
          tile.x[4 * i + q] = x.at + (q & 1) * x_right + (q >> 1) * x_down;
          tile.add[4 * i + q] = add.at + (q & 1) * add_right + (q >> 1) * add_down;
        }
      } else {
        tile.x[i] = x.at;
        tile.add[i] = add.at;
      }
      const bool row_ends = ++column == w;
      if (row_ends) column = 0, row++;
      const bool image_ends = row == h;
      if (image_ends) row = 0;
      for (Path* path : {&x, &add, &y})
        path->at += path->step + (row_ends ? path->down : 0) + (image_ends ? path->next : 0);
    }
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
    const int64_t numbers = panels.width() * LANES * panels.taps;
    const int64_t together = maximum<int64_t>(1, L1_NUMBERS / numbers);
    for (; panel < last_panel; panel += together) {
      const int64_t stop = minimum(last_panel, panel + together);
      Places from(x, window, finish, y, first);
      TilePlaces tile;
      for (int64_t t = 0; t < tiles; t++) {
        const int64_t start = (end - first) * t / tiles;
        const int64_t count = (end - first) * (t + 1) / tiles - start;
        from.take(count, finish.pool, tile);
        for (int64_t p = panel; p < stop; p++) {
          const Panel filters = panels.at(p, packed);
          direct_tile_for(count * pixels(), filters.vectors)(taps, filters, finish, tile);
        }
      }
    }
  }

  static constexpr int64_t L1_NUMBERS = 5 << 10;  // weights in L1: 20 kB
};

constexpr int64_t BAND_NUMBERS = 32 << 10;  // of x under a band, that stay in L2
constexpr int64_t ITEM_PRODUCTS = 1 << 20;  // worth handing to another thread
constexpr int64_t MOST_ITEMS = 8;           // wanted, where the caches ask for fewer

// All places and panels, in items of work.
inline void in_bands(const DirectWork& work) {
  const int64_t places = work.places(), tile = work.tile_places(), panels = work.panels.count;
  const int64_t reads = work.window.sh * work.window.sw * work.pixels() * work.x.step;
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
