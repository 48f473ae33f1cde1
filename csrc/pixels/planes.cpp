// planes.cpp -- the first layer: the same numbers as direct.cpp, of images (n, c, h, w).
// Method: direct.cpp's tiles; the numbers under a window come plane after plane, row after row. A
// band of an image is copied with its padding, if it has any, so that no tile knows edges.
// Share of the FMA peak, one thread of Zen 4: 78 to 90 % with 16 filters or more and 25 numbers
// under the window or more.
#include "pixels/direct.h"
#include "pixels/direct_bands.h"

namespace badak::BADAK_ISA {

namespace {

// `count` numbers; up to a vector more of `to` is written behind them. A call of memcpy takes
// longer than the few vectors of a row.
inline void copy_row(const float* from, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, load(from + i));
  if (i < count) store(to + i, load_first(from + i, count - i));
}

// Rows first ... first + rows - 1 of an image's planes, with `left` numbers before each and so many
// after that it has `columns`; what lies outside the image is 0. Behind `to` is room for a vector.
void copy_rows(const Convolution& conv, const float* image, int64_t first, int64_t rows,
               int64_t columns, float* to) {
  const Maps& m = conv.maps;
  const int64_t left = conv.window.left, width = minimum(m.w, columns - left);
  const auto clear_to = [&](const float* end) {  // from what is written on
    for (; to < end; to += LANES) store(to, Vec{});
    to = const_cast<float*>(end);
  };
  for (int64_t c = 0; c < m.c; c++)
    for (int64_t r = first; r < first + rows; r++) {
      const float* const end = to + columns;
      if (r >= 0 && r < m.h) {
        clear_to(to + left);
        copy_row(image + (c * m.h + r) * m.w, width, to);
        to += width;
      }
      clear_to(end);
    }
}

}  // namespace

int64_t planes_size(const Convolution& conv) { return Panels(conv).size(); }

void planes_pack(const Convolution& conv, const float* weight, float* packed) {
  const Panels panels(conv);
  panels.each(packed, [&](const Panel& panel, float* to, int64_t width) {
    int64_t tap = 0;
    const auto row = [&] { return tap++; };
    pack_columns(weight + panel.first * panels.taps, panels.taps, panel.count, panels.taps, to,
                 width, row);
  });
}

void planes(const Convolution& conv, const float* x, const float* packed, const Finish& finish,
            const Pixels& y) {
  if (y.n * y.h * y.w == 0) return;
  const Maps& m = conv.maps;
  const Window& k = conv.window;
  const Panels panels(conv);
  const int64_t scale = finish.pool ? 2 : 1;
  const auto covered = [](int64_t places, int64_t stride, int64_t kernel, int64_t dilation) {
    return (places - 1) * stride + (kernel - 1) * dilation + 1;
  };
  const int64_t columns = covered(scale * y.w, k.sw, k.kw, k.dw);
  const auto rows_for = [&](int64_t rows) { return covered(scale * rows, k.sh, k.kh, k.dh); };
  const bool padded = k.top > 0 || k.left > 0 || rows_for(y.h) > m.h || columns > m.w;

  const int64_t products = y.h * y.w * scale * scale * panels.size();
  const int64_t wanted = minimum(ceil_div(MOST_ITEMS, m.n), products / ITEM_PRODUCTS);
  const int64_t reads = m.c * columns * k.sh * scale;  // by a row of y
  const int64_t bands =
      minimum(y.h, maximum<int64_t>(1, maximum(wanted, y.h * reads / BAND_NUMBERS)));
  const int64_t height = padded ? rows_for(ceil_div(y.h, bands)) : m.h;  // of a plane
  const int64_t width = padded ? columns : m.w;
  int64_t* const offsets = static_cast<int64_t*>(
      scratch(Scratch::offsets, sizeof(int64_t) * static_cast<size_t>(panels.taps)));
  int64_t tap = 0;
  for (int64_t c = 0; c < m.c; c++)
    for (int64_t a = 0; a < k.kh; a++)
      for (int64_t b = 0; b < k.kw; b++)
        offsets[tap++] = (c * height + a * k.dh) * width + b * k.dw;
  const auto work = [&](const float* from, const Pixels& to) {
    return DirectWork{
        .panels = panels,
        .packed = packed,
        .taps = {offsets, tap, 1},
        .window = k,
        .finish = finish,
        .x = {const_cast<float*>(from), to.n, height, width, m.c, 1, width, m.c * height * width},
        .y = to};
  };
  if (!padded) return in_bands(work(x, y));
  parallel_for(m.n * bands, [&](int64_t item) {
    const int64_t image = item / bands, band = item % bands;
    const int64_t first = y.h * band / bands, rows = y.h * (band + 1) / bands - first;
    float* const copy = scratch_floats(Scratch::image, m.c * height * width + LANES);
    copy_rows(conv, x + image * m.c * m.h * m.w, first * scale * k.sh - k.top, height, width, copy);
    Pixels to = y;
    to.at = y.pixel(image, first, 0);
    to.n = 1, to.h = rows;
    work(copy, to).run(0, rows * to.w, 0, panels.count);
  });
}

}  // namespace badak::BADAK_ISA
