// direct.cpp -- the same numbers as badak.ops.reference.conv.conv2d and what finishes it, for
// float; pixels to pixels, see pixels.h. Any window, any groups.
// Method: a window of a pixel is a few runs of numbers side by side: register tiles of up to twelve
// pixels and two vectors of filters (direct_tile.h) read them where they lie. A panel of filters
// stays in cache while the pixels of a band pass by.
// Precondition: the frame of x holds what the window reads.
// Share of the FMA peak, one thread of Zen 4: 93 to 99 % where 16 filters and 100 numbers under the
// window, or more, meet; 1x1: 93 % with 64 or 128 channels, 83 % with 16, 65 % with 8. The filters
// of a last vector that are missing are computed too: 8 filters reach half, 24 three quarters.
#include "pixels/direct.h"

#include "pixels/direct_bands.h"

namespace badak::BADAK_ISA {

int64_t direct_size(const Convolution& conv) { return Panels(conv).size(); }

void direct_pack(const Convolution& conv, const float* weight, float* packed) {
  const Panels panels(conv);
  const int64_t cells = conv.cells();
  panels.each(packed, [&](const Panel& panel, float* to, int64_t width) {
    int64_t cell = 0, channel = 0;
    const auto row = [&] {
      const int64_t place = cell * panels.channels + channel;
      if (++cell == cells) cell = 0, channel++;
      return place;
    };
    pack_columns(weight + panel.first * panels.taps, panels.taps, panel.count, panels.taps, to,
                 width, row);
  });
}

Convolution turned(const Convolution& conv) {
  const Maps& m = conv.maps;
  const Window& k = conv.window;
  return {.maps = {.n = m.n, .c = conv.f, .h = m.oh, .w = m.ow, .oh = m.h, .ow = m.w},
          .window = {.kh = k.kh,
                     .kw = k.kw,
                     .sh = 1,
                     .sw = 1,
                     .top = k.dh * (k.kh - 1) - k.top,
                     .left = k.dw * (k.kw - 1) - k.left,
                     .dh = k.dh,
                     .dw = k.dw},
          .f = m.c,
          .groups = conv.groups};
}

void direct_pack_turned(const Convolution& conv, const float* weight, float* packed) {
  const Panels panels(turned(conv));  // its filters are conv's channels
  const int64_t cells = conv.cells(), filters = conv.filters(), channels = conv.channels();
  panels.each(packed, [&](const Panel& panel, float* to, int64_t width) {
    const int64_t group = panel.first / channels, channel = panel.first % channels;
    for (int64_t f = 0; f < filters; f++) {
      int64_t cell = cells;
      const auto row = [&] { return --cell * filters + f; };
      pack_columns(weight + ((group * filters + f) * channels + channel) * cells, cells,
                   panel.count, cells, to, width, row);
    }
  });
}

void direct(const Convolution& conv, const Pixels& x, const float* packed, const Finish& finish,
            const Pixels& y) {
  const Window& k = conv.window;
  const bool joined = k.dw == 1 && x.step == conv.channels();  // the columns of a window
  int64_t* const offsets = static_cast<int64_t*>(
      scratch(Scratch::offsets, sizeof(int64_t) * static_cast<size_t>(conv.cells())));
  int64_t runs = 0;
  for (int64_t a = 0; a < k.kh; a++)
    for (int64_t b = 0; b < (joined ? 1 : k.kw); b++)
      offsets[runs++] = a * k.dh * x.row + b * k.dw * x.step;
  const Taps taps{offsets, runs, joined ? k.kw * x.step : conv.channels()};
  Pixels from = x;
  from.at -= k.top * x.row + k.left * x.step;
  in_bands({.panels = Panels(conv),
            .packed = packed,
            .taps = taps,
            .window = k,
            .finish = finish,
            .x = from,
            .y = y});
}

}  // namespace badak::BADAK_ISA
