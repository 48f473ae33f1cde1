// direct.cpp -- FIRST DRAFT, slow on purpose: the numbers that the real kernels must give.
#include "pixels/direct.h"

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {
int64_t weight_size(const Convolution& conv) { return conv.f * conv.channels() * conv.cells(); }

// x(image, channel, row, column) of any layout.
template <class Read>
void naive(const Convolution& conv, const Read& x, const float* weight, const Finish& finish,
           const Pixels& y) {
  const auto place = [&](int64_t i, int64_t f, int64_t oy, int64_t ox) {
    const Window& k = conv.window;
    const int64_t g = f / conv.filters();
    float total = finish.bias == nullptr ? 0 : finish.bias[f];
    for (int64_t c = 0; c < conv.channels(); c++)
      for (int64_t a = 0; a < k.kh; a++)
        for (int64_t b = 0; b < k.kw; b++)
          total += weight[((f * conv.channels() + c) * k.kh + a) * k.kw + b] *
                   x(i, g * conv.channels() + c, oy * k.sh + a * k.dh - k.top,
                     ox * k.sw + b * k.dw - k.left);
    if (finish.add != nullptr) total += finish.add->pixel(i, oy, ox)[f];
    total = total < finish.low ? finish.low : total;
    return total > finish.high ? finish.high : total;
  };
  parallel_for(y.n, [&](int64_t i) {
    for (int64_t oy = 0; oy < y.h; oy++)
      for (int64_t ox = 0; ox < y.w; ox++)
        for (int64_t f = 0; f < conv.f; f++) {
          float result;
          if (finish.pool) {
            result = place(i, f, 2 * oy, 2 * ox);
            for (int64_t q = 1; q < 4; q++) {
              const float other = place(i, f, 2 * oy + q / 2, 2 * ox + q % 2);
              result = other > result || other != other ? other : result;
            }
          } else {
            result = place(i, f, oy, ox);
          }
          y.pixel(i, oy, ox)[f] = result;
        }
  });
}

auto of_pixels(const Pixels& x) {
  return [&x](int64_t i, int64_t c, int64_t row, int64_t column) {
    return x.pixel(i, row, column)[c];
  };
}
auto of_planes(const Convolution& conv, const float* x) {
  return [&conv, x](int64_t i, int64_t c, int64_t row, int64_t column) {
    const Maps& maps = conv.maps;
    if (row < 0 || column < 0 || row >= maps.h || column >= maps.w) return 0.0f;
    return x[((i * maps.c + c) * maps.h + row) * maps.w + column];
  };
}
}  // namespace

int64_t direct_size(const Convolution& conv) { return weight_size(conv); }
void direct_pack(const Convolution& conv, const float* weight, float* packed) {
  memcpy(packed, weight, sizeof(float) * static_cast<size_t>(weight_size(conv)));
}
void direct(const Convolution& conv, const Pixels& x, const float* packed, const Finish& finish,
            const Pixels& y) {
  naive(conv, of_pixels(x), packed, finish, y);
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
  const int64_t filters = conv.filters(), channels = conv.channels(), cells = conv.cells();
  for (int64_t g = 0; g < conv.groups; g++)
    for (int64_t f = 0; f < filters; f++)
      for (int64_t c = 0; c < channels; c++)
        for (int64_t t = 0; t < cells; t++)
          packed[((g * channels + c) * filters + f) * cells + cells - 1 - t] =
              weight[((g * filters + f) * channels + c) * cells + t];
}

int64_t planes_size(const Convolution& conv) { return weight_size(conv); }
void planes_pack(const Convolution& conv, const float* weight, float* packed) {
  direct_pack(conv, weight, packed);
}
void planes(const Convolution& conv, const float* x, const float* packed, const Finish& finish,
            const Pixels& y) {
  naive(conv, of_planes(conv, x), packed, finish, y);
}
}  // namespace badak::BADAK_ISA
