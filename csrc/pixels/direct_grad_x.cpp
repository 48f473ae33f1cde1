// direct_grad_x.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradient of
// x.
//   grad_y (N, OH, OW, F) in a frame of zeros, weight (F, C/G, KH, KW), grad_x (N, H, W, C); any
//   geometry.
// Method: the pixels of x that lie at the same place between two steps of the window (all, at
// stride 1) meet the same taps. Their gradient is a convolution of grad_y with these taps, turned,
// in steps of 1: the forward kernel computes it and writes it to every stride-th pixel. It reaches
// that kernel's speed.
#include "pixels/direct.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// Along one side, the places start, start + stride, ... of x and what they meet.
struct Phase {
  int64_t count;              // of the places
  int64_t first, apart;       // the taps first, first + apart, ...
  int64_t taps;               // how many
  int64_t padding, dilation;  // of the turned taps on grad_y
  Phase(int64_t start, int64_t size, int64_t kernel, int64_t stride, int64_t dilation_,
        int64_t before)
      : count(start < size ? ceil_div(size - start, stride) : 0), first(0), apart(1) {
    while ((apart * dilation_) % stride != 0) apart++;
    while (first < minimum(apart, kernel) && (start + before - first * dilation_) % stride != 0)
      first++;
    taps = first < minimum(apart, kernel) ? ceil_div(kernel - first, apart) : 0;
    dilation = apart * dilation_ / stride;
    padding = (taps - 1) * dilation - (start + before - first * dilation_) / stride;
  }
};

// to (C, F/G, rows.taps, columns.taps) = the phase's taps of weight (F, C/G, KH, KW), turned.
void turn_weight(const Convolution& conv, const Phase& rows, const Phase& columns,
                 const float* weight, float* to) {
  const int64_t channels = conv.channels(), filters = conv.filters(), kw = conv.window.kw;
  const int64_t taps = rows.taps * columns.taps;
  parallel_for(ceil_div(conv.maps.c, LANES), [&](int64_t block) {
    const int64_t end = minimum(conv.maps.c, (block + 1) * LANES);
    for (int64_t f = 0; f < filters; f++)
      for (int64_t c = block * LANES; c < end; c++) {
        const int64_t group = c / channels;
        const float* from =
            weight + ((group * filters + f) * channels + c % channels) * conv.cells();
        float* turned = to + (c * filters + f) * taps;
        for (int64_t a = rows.taps - 1; a >= 0; a--)
          for (int64_t b = columns.taps - 1; b >= 0; b--)
            *turned++ =
                from[(rows.first + a * rows.apart) * kw + columns.first + b * columns.apart];
      }
  });
}

void clear_pixels(const Pixels& pixels) {
  in_groups(pixels.n * pixels.h, pixels.w * pixels.c, [&](int64_t row) {
    float* to = pixels.pixel(row / pixels.h, row % pixels.h, 0);
    for (int64_t x = 0; x < pixels.w; x++, to += pixels.step)
      for (int64_t c = 0; c < pixels.c; c += LANES) store_some(to + c, Vec{}, pixels.c - c);
  });
}

}  // namespace

void direct_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                   const Pixels* add, const Pixels& grad_x) {
  const Window& k = conv.window;
  if (k.sh == 1 && k.sw == 1) {
    const Convolution back = turned(conv);
    float* packed = scratch_floats(Scratch::packed_weight, direct_size(back));
    direct_pack_turned(conv, weight, packed);
    return direct(back, grad_y, packed, {.add = add}, grad_x);
  }
  for (int64_t y = 0; y < k.sh; y++)
    for (int64_t x = 0; x < k.sw; x++) {
      const Phase rows(y, grad_x.h, k.kh, k.sh, k.dh, k.top);
      const Phase columns(x, grad_x.w, k.kw, k.sw, k.dw, k.left);
      if (rows.count * columns.count == 0) continue;
      const Pixels part{grad_x.pixel(0, y, x), grad_x.n,    rows.count,
                        columns.count,         grad_x.c,    grad_x.step * k.sw,
                        grad_x.row * k.sh,     grad_x.image};
      if (rows.taps * columns.taps == 0) {
        clear_pixels(part);
        continue;
      }
      const Convolution turned{
          .maps = {grad_y.n, conv.f, grad_y.h, grad_y.w, rows.count, columns.count},
          .window = {rows.taps, columns.taps, 1, 1, rows.padding, columns.padding, rows.dilation,
                     columns.dilation},
          .f = conv.maps.c,
          .groups = conv.groups};
      float* own =
          scratch_floats(Scratch::weight, conv.maps.c * conv.filters() * rows.taps * columns.taps);
      turn_weight(conv, rows, columns, weight, own);
      float* packed = scratch_floats(Scratch::packed_weight, direct_size(turned));
      direct_pack(turned, own, packed);
      direct(turned, grad_y, packed, {}, part);
    }
}

}  // namespace badak::BADAK_ISA
