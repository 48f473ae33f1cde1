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
  const bool pool, adds;
  int64_t column, row, h, w;
  Path x, add, y;
  int64_t x_step, add_step, x_line, add_line;  // to the next pixel, and to the one below

 public:
  Places(const Pixels& from, const Window& window, const Finish& finish, const Pixels& to,
         int64_t place)
      : Places(from, window, finish, finish.add == nullptr ? to : *finish.add, to, place) {}

 private:
  Places(const Pixels& from, const Window& window, const Finish& finish, const Pixels& added,
         const Pixels& to, int64_t place)
      : pool(finish.pool),
        adds(finish.add != nullptr),
        column(place % to.w),
        row(place / to.w % to.h),
        h(to.h),
        w(to.w),
        x(from, to, window.sh * (1 + pool), window.sw * (1 + pool), place),
        add(added, to, 1 + pool, 1 + pool, place),
        y(to, to, 1, 1, place),
        x_step(window.sw * from.step),
        add_step(added.step),
        x_line(window.sh * from.row),
        add_line(added.row) {}

 public:
  int64_t left_in_row() const { return w - column; }
  int64_t left_in_image() const { return (h - row) * w - column; }

  // Go on, at most to the end of the row, or whole rows, at most to the end of the image.
  void skip(int64_t count) {
    for (; count > w; count -= w) skip(w);
    column += count;
    const bool row_ends = column == w;
    if (row_ends) column = 0, row++;
    const bool image_ends = row == h;
    if (image_ends) row = 0;
    for (Path* path : {&x, &add, &y})
      path->at += count * path->step + (row_ends ? path->down : 0) + (image_ends ? path->next : 0);
  }

  // Tiles, the first of them `ahead` places on in this row, in some rows.
  InRow tiles(int64_t ahead, int64_t count, int64_t rows) const {
    return {.x = x.at + ahead * x.step,
            .add = add.at + ahead * add.step,
            .y = y.at + ahead * y.step,
            .x_step = x_step,
            .add_step = add_step,
            .y_step = y.step,
            .x_line = x_line,
            .add_line = add_line,
            .tiles = count,
            .rows = rows,
            .x_down = x.down + w * x.step,
            .add_down = add.down + w * add.step,
            .y_down = y.down + w * y.step};
  }

  // The next `count` places, in one tile.
  void take(int64_t count, Scattered& tile) {
    for (int64_t i = 0; i < count;) {
      const int64_t start = i, end = minimum(count, i + left_in_row());
      for (; i < end; i++) {
        tile.y[i] = y.at + (i - start) * y.step;
        put(x.at + (i - start) * x.step, x_step, x_line, i, tile.x);
        if (adds) put(add.at + (i - start) * add.step, add_step, add_line, i, tile.add);
      }
      skip(end - start);
    }
  }

 private:
  void put(const float* at, int64_t right, int64_t down, int64_t i, const float** to) const {
    if (!pool) {
      to[i] = at;
      return;
    }
    to += 4 * i;
    to[0] = at, to[1] = at + right, to[2] = at + down, to[3] = at + down + right;
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

  // Whether rows make tiles that are full enough, in twelfths; else tiles go over their ends. The
  // loop of such tiles takes a third longer where each number has an offset of its own (planes).
  bool by_rows() const {
    const int64_t full = taps.length == 1 ? 5 : 8;
    return 12 * y.w >= full * tile_places() * ceil_div(y.w, tile_places());
  }

  // Places first ... end - 1 for all filters of these panels: as many panels at a time as L1 holds.
  void run(int64_t first, int64_t end, int64_t panel, int64_t last_panel) const {
    const int64_t numbers = panels.width() * LANES * taps.count();
    while (panel < last_panel) {
      Panel filters[MOST_PANELS];
      int64_t together = 0;
      do filters[together++] = panels.at(panel++, packed);
      while (panel < last_panel && together < MOST_PANELS &&
             (together + 1) * numbers <= L1_NUMBERS);
      Places from(x, window, finish, y, first);
      if (by_rows())
        run_rows(from, end - first, filters, together);
      else
        run_scattered(from, end - first, filters, together);
    }
  }

 private:
  static constexpr int64_t MOST_PANELS = 8;
  static constexpr int64_t L1_NUMBERS = 5 << 10;  // of their weights: 20 kB
  static constexpr int64_t MOST_TILES = 16;       // that a panel takes before the next one

  void run_scattered(Places& from, int64_t count, const Panel* panel, int64_t panel_count) const {
    const int64_t tiles = ceil_div(count, tile_places());
    Scattered tile;
    for (int64_t t = 0; t < tiles; t++) {
      const int64_t height = count / tiles + (t < count % tiles);
      from.take(height, tile);
      for (int64_t p = 0; p < panel_count; p++) apply(height, panel[p], tile);
    }
  }

  void run_rows(Places& from, int64_t count, const Panel* panel, int64_t panel_count) const {
    for (int64_t left = count; left > 0;) {
      const int64_t most = MOST_TILES * tile_places();
      const int64_t size = minimum(minimum(left, most), from.left_in_row());
      const int64_t tiles = ceil_div(size, tile_places()), height = size / tiles;
      const int64_t higher = size % tiles;  // so many have one place more
      const int64_t rows =
          size < y.w
              ? 1
              : maximum<int64_t>(1, minimum(minimum(left, most), from.left_in_image()) / y.w);
      const InRow first = from.tiles(0, higher, rows);
      const InRow rest = from.tiles(higher * (height + 1), tiles - higher, rows);
      for (int64_t p = 0; p < panel_count; p++) {
        if (higher > 0) apply(height + 1, panel[p], first);
        apply(height, panel[p], rest);
      }
      from.skip(size * rows);
      left -= size * rows;
    }
  }

  template <class Where>
  void apply(int64_t height, const Panel& panel, const Where& where) const {
    direct_tile_for<Where>(height, panel.vectors, taps.length == 1, finish.pool)(taps, panel,
                                                                                 finish, where);
  }
};

constexpr int64_t BAND_NUMBERS = 32 << 10;  // of x under a band, that stay in L2
constexpr int64_t ITEM_PRODUCTS = 1 << 16;  // worth handing to another thread
constexpr int64_t MOST_ITEMS = 8;           // wanted, where the caches ask for fewer

// Rows that follow each other at the distance of their pixels are one row; so are images.
inline DirectWork joined(DirectWork work) {
  Pixels& y = work.y;
  const Pixels &x = work.x, &add = work.finish.add == nullptr ? y : *work.finish.add;
  if (work.finish.pool) return work;
  if (work.window.sh * x.row == y.w * work.window.sw * x.step && y.row == y.w * y.step &&
      add.row == y.w * add.step)
    y.w *= y.h, y.h = 1;
  if (y.h == 1 && x.image == y.w * work.window.sw * x.step && y.image == y.w * y.step &&
      add.image == y.w * add.step)
    y.w *= y.n, y.n = 1;
  return work;
}

// All places and panels, in items of work.
inline void in_bands(const DirectWork& given) {
  if (given.places() == 0) return;
  const DirectWork work = joined(given);
  const int64_t places = work.places(), panels = work.panels.count;
  const int64_t rows = work.y.n * work.y.h;
  const int64_t reads = work.window.sh * work.window.sw * work.pixels() * work.x.c;
  const int64_t products =
      places * work.pixels() * panels * work.panels.width() * LANES * work.panels.taps;
  const int64_t wanted = maximum<int64_t>(1, minimum(MOST_ITEMS, products / ITEM_PRODUCTS));
  int64_t bands = ceil_div(places * reads, BAND_NUMBERS), parts = 1;
  // A band has whole rows if there are enough, else whole tiles.
  const bool whole_rows = work.by_rows() && rows >= 2 * maximum(bands, wanted);
  const int64_t unit = whole_rows ? work.y.w : work.tile_places();
  const int64_t units = ceil_div(places, unit);
  bands = minimum(bands, units);
  if (bands < wanted) {
    if (work.panels.size() > places * reads) parts = minimum(panels, ceil_div(wanted, bands));
    bands = minimum(units, ceil_div(wanted, parts));
    if (parts == 1) parts = minimum(panels, ceil_div(wanted, bands));
  }
  parallel_for(bands * parts, [&](int64_t item) {
    const int64_t band = item / parts, part = item % parts;
    work.run(minimum(places, units * band / bands * unit),
             minimum(places, units * (band + 1) / bands * unit), panels * part / parts,
             panels * (part + 1) / parts);
  });
}

}  // namespace badak::BADAK_ISA
