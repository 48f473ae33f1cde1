// pixels.h -- an image laid out so that the window of a place is a few runs of numbers.
//
// Its padded maps with the channels innermost, at most LANES of them to a block: a window is KH
// runs of KW * depth numbers. Of few cells the windows themselves lie there, one run each.
#pragma once

#include "conv2d/channels_last.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

constexpr int64_t FEW_CELLS = 2 * LANES;  // of a filter

// Maps (channels, h, w) as blocks (h + padding, w + padding, depth), or as windows (oh, ow, cells
// in whole vectors).
struct Pixels {
  int64_t channels, h, w, top, left, kh, kw;
  bool windows;
  int64_t depth, blocks;
  int64_t rows, columns;    // with padding
  int64_t height, vectors;  // of a window: runs, and vectors of each
  Pixels(const Convolution& conv, bool as_windows)
      : channels(conv.channels()),
        h(conv.maps.h),
        w(conv.maps.w),
        top(conv.window.top),
        left(conv.window.left),
        kh(conv.window.kh),
        kw(conv.window.kw),
        windows(as_windows && channels * kh * kw <= FEW_CELLS),
        depth(windows ? ceil_div(channels * kh * kw, LANES) * LANES : minimum(channels, LANES)),
        blocks(windows ? 1 : ceil_div(channels, depth)),
        rows(conv.maps.oh + (windows ? 0 : kh - 1)),
        columns(conv.maps.ow + (windows ? 0 : kw - 1)),
        height(windows ? 1 : kh),
        vectors(ceil_div(windows ? depth : kw * depth, LANES)) {}
  int64_t row() const { return columns * depth; }
  int64_t block() const { return rows * row(); }
  int64_t in_block(int64_t index) const { return minimum(depth, channels - index * depth); }
  // Whole vectors of whole vectors of pixels are written, and windows read in whole vectors.
  int64_t size() const { return blocks * block() + LANES * maximum(depth, LANES) + run(); }

  int64_t run() const { return vectors * LANES; }
  int64_t window() const { return height * run(); }
  // body(where it stands in the filter, where among its windows, block after block) for each
  // weight.
  template <class Body>
  void each_weight(const Body& body) const {
    int64_t weight = 0;
    for (int64_t c = 0; c < channels; c++)
      for (int64_t u = 0; u < kh; u++)
        for (int64_t v = 0; v < kw; v++, weight++)
          body(weight, windows ? weight : c / depth * window() + u * run() + v * depth + c % depth);
  }

  // Maps of an image -> blocks. Nothing is read from `end` on.
  void lay_out(const float* image, const float* end, float* to) const {
    if (windows) return lay_out_windows(image, to);
    for (int64_t b = 0; b < blocks; b++, to += block()) {
      const float* first = image + b * depth * h * w;
      const float* last = first + (in_block(b) - 1) * h * w;
      int64_t plane[LANES];
      for (int64_t c = 0; c < LANES; c++) plane[c] = minimum(c, in_block(b) - 1) * h * w;
      clear(to, top * row());
      for (int64_t y = 0; y < h; y++) {  // in order: a row's last vector spills into the next row
        float* pixel = to + (top + y) * row();
        clear(pixel, left * depth);
        pixel += left * depth;
        for (int64_t x = 0; x < w; x += LANES) {
          Vec square[LANES];
          const float* const place = first + y * w + x;
          if (last + y * w + x + LANES <= end) {
#pragma GCC unroll 16
            for (int64_t c = 0; c < LANES; c++) square[c] = load(place + plane[c]);
          } else {
            for (int64_t c = 0; c < LANES; c++) square[c] = load_before(place + plane[c], end);
          }
          transpose_block(square);
#pragma GCC unroll 16
          for (int64_t i = 0; i < LANES; i++) store(pixel + (x + i) * depth, square[i]);
        }
        clear(pixel + w * depth, (columns - left - w) * depth);
      }
      clear(to + (top + h) * row(), (rows - top - h) * row());
    }
    clear(to, LANES * maximum(depth, LANES) + run());
  }

  void lay_out_windows(const float* image, float* to) const {
    const int64_t padded_h = rows + kh - 1, padded_w = columns + kw - 1, taps = channels * kh * kw;
    const int64_t count = channels * padded_h * padded_w;
    float* padded = scratch_floats(Scratch::image, count + LANES);
    clear(padded, count + LANES);
    for (int64_t c = 0; c < channels; c++)
      for (int64_t y = 0; y < h; y++)
        memcpy(padded + (c * padded_h + top + y) * padded_w + left, image + (c * h + y) * w,
               static_cast<size_t>(w) * sizeof(float));
    int64_t tap[FEW_CELLS];
    for (int64_t k = 0; k < depth; k++) {
      const int64_t cell = minimum(k, taps - 1);  // what follows the last is not looked at
      tap[k] = (cell / (kh * kw) * padded_h + cell / kw % kh) * padded_w + cell % kw;
    }
    for (int64_t y = 0; y < rows; y++)
      for (int64_t x = 0; x < columns; x += LANES)
        for (int64_t k = 0; k < depth; k += LANES) {
          const float* const place = padded + y * padded_w + x;
          Vec square[LANES];
#pragma GCC unroll 16
          for (int64_t i = 0; i < LANES; i++) square[i] = load(place + tap[k + i]);
          transpose_block(square);
      // What spills over the row's end is overwritten by the next row.
#pragma GCC unroll 16
          for (int64_t i = 0; i < LANES; i++)
            store(to + (y * columns + x + i) * depth + k, square[i]);
        }
  }

  // Blocks -> the maps of an image.
  void take_back(const float* from, float* image) const {
    for (int64_t b = 0; b < blocks; b++, from += block())
      badak::BADAK_ISA::take_back(from + top * row() + left * depth, columns, depth, in_block(b), h,
                                  w, h * w, image + b * depth * h * w);
  }
};

}  // namespace badak::BADAK_ISA
