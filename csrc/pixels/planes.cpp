// planes.cpp -- the first layer: the same numbers as direct.cpp, of images (n, c, h, w).
// Method: direct.cpp's tiles; the numbers under a window come plane after plane, row after row. A
// band of an image is copied with its padding, if it has any, so that no tile knows edges.
#include "pixels/direct.h"
#include "pixels/direct_bands.h"

namespace badak::BADAK_ISA {

namespace {

// Rows first ... first + rows - 1 of an image's planes, with `left` numbers before each and so many
// after that it has `columns`; what lies outside the image is 0.
void copy_rows(const Convolution& conv, const float* image, int64_t first, int64_t rows,
               int64_t columns, float* to) {
  const Maps& m = conv.maps;
  const int64_t left = conv.window.left, width = minimum(m.w, columns - left);
  for (int64_t c = 0; c < m.c; c++)
    for (int64_t r = first; r < first + rows; r++, to += columns) {
      if (r < 0 || r >= m.h) {
        clear(to, columns);
        continue;
      }
      clear(to, left);
      __builtin_memcpy(to + left, image + (c * m.h + r) * m.w,
                       static_cast<size_t>(width) * sizeof(float));
      clear(to + left + width, columns - left - width);
    }
}

}  // namespace

int64_t planes_size(const Convolution& conv) { return Panels(conv).size(); }

void planes_pack(const Convolution& conv, const float* weight, float* packed) {
  const Panels panels(conv);
  panels.each(packed, [&](const Panel& panel, float* to, int64_t width) {
    pack_columns(weight + panel.first * panels.taps, panels.taps, panel.count, panels.taps, to,
                 width, [](int64_t tap) { return tap; });
  });
}

void planes(const Convolution& conv, const float* x, const float* packed, const Finish& finish,
            const Pixels& y) {
  const Maps& m = conv.maps;
  const Window& k = conv.window;
  const Panels panels(conv);
  const int64_t columns = (m.ow - 1) * k.sw + (k.kw - 1) * k.dw + 1;
  const int64_t scale = finish.pool ? 2 : 1;
  const auto height = [&](int64_t rows) {  // of x under these rows of y
    return (rows * scale - 1) * k.sh + (k.kh - 1) * k.dh + 1;
  };
  const int64_t reads = m.c * columns * k.sh * scale;  // by a row of y
  const int64_t products = y.h * y.w * scale * scale * panels.size();
  const int64_t wanted = minimum(ceil_div(MOST_ITEMS, m.n), products / ITEM_PRODUCTS);
  const int64_t bands =
      minimum(y.h, maximum<int64_t>(1, maximum(wanted, y.h * reads / BAND_NUMBERS)));
  parallel_for(m.n * bands, [&](int64_t item) {
    const int64_t image = item / bands, band = item % bands;
    const int64_t first = y.h * band / bands, rows = y.h * (band + 1) / bands - first;
    float* const copy = scratch_floats(Scratch::image, m.c * height(rows) * columns);
    copy_rows(conv, x + image * m.c * m.h * m.w, first * scale * k.sh - k.top, height(rows),
              columns, copy);
    int64_t* const offsets = static_cast<int64_t*>(
        scratch(Scratch::offsets, sizeof(int64_t) * static_cast<size_t>(panels.taps)));
    for (int64_t tap = 0; tap < panels.taps; tap++)
      offsets[tap] = (tap / conv.cells() * height(rows) + tap / k.kw % k.kh * k.dh) * columns +
                     tap % k.kw * k.dw;
    Pixels to = y;
    to.at = y.pixel(image, first, 0);
    to.n = 1, to.h = rows;
    const Pixels from{copy, 1, height(rows), columns, 1, 1, columns, 0};
    DirectWork{.panels = panels,
               .packed = packed,
               .taps = {offsets, panels.taps, 1},
               .window = k,
               .finish = finish,
               .x = from,
               .y = to}
        .run(0, rows * to.w, 0, panels.count);
  });
}

}  // namespace badak::BADAK_ISA
