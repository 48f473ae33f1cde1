// direct_grad.cpp -- FIRST DRAFT, slow on purpose: the gradients that the real kernels must give.
#include "pixels/direct.h"

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {
template <class Read>
void naive_grad_weight(const Convolution& conv, const Read& x, const Pixels& grad_y,
                       float* grad_weight, float* grad_bias) {
  const Window& k = conv.window;
  parallel_for(conv.f, [&](int64_t f) {
    const int64_t g = f / conv.filters();
    for (int64_t c = 0; c < conv.channels(); c++)
      for (int64_t a = 0; a < k.kh; a++)
        for (int64_t b = 0; b < k.kw; b++) {
          double total = 0;
          for (int64_t i = 0; i < grad_y.n; i++)
            for (int64_t oy = 0; oy < grad_y.h; oy++)
              for (int64_t ox = 0; ox < grad_y.w; ox++)
                total += grad_y.pixel(i, oy, ox)[f] *
                         x(i, g * conv.channels() + c, oy * k.sh + a * k.dh - k.top,
                           ox * k.sw + b * k.dw - k.left);
          grad_weight[((f * conv.channels() + c) * k.kh + a) * k.kw + b] = total;
        }
    if (grad_bias == nullptr) return;
    double total = 0;
    for (int64_t i = 0; i < grad_y.n; i++)
      for (int64_t oy = 0; oy < grad_y.h; oy++)
        for (int64_t ox = 0; ox < grad_y.w; ox++) total += grad_y.pixel(i, oy, ox)[f];
    grad_bias[f] = total;
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

void direct_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                   const Pixels& grad_x) {
  const Window& k = conv.window;
  parallel_for(grad_x.n, [&](int64_t i) {
    for (int64_t row = 0; row < grad_x.h; row++)
      for (int64_t column = 0; column < grad_x.w; column++)
        for (int64_t c = 0; c < grad_x.c; c++) {
          const int64_t g = c / conv.channels();
          float total = 0;
          for (int64_t a = 0; a < k.kh; a++)
            for (int64_t b = 0; b < k.kw; b++) {
              const int64_t y = row + k.top - a * k.dh, x = column + k.left - b * k.dw;
              if (y < 0 || x < 0 || y % k.sh || x % k.sw || y / k.sh >= grad_y.h ||
                  x / k.sw >= grad_y.w)
                continue;
              for (int64_t f = g * conv.filters(); f < (g + 1) * conv.filters(); f++)
                total += grad_y.pixel(i, y / k.sh, x / k.sw)[f] *
                         weight[((f * conv.channels() + c % conv.channels()) * k.kh + a) * k.kw + b];
            }
          grad_x.pixel(i, row, column)[c] = total;
        }
  });
}
void direct_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias) {
  naive_grad_weight(conv, of_pixels(x), grad_y, grad_weight, grad_bias);
}

void planes_grad_weight(const Convolution& conv, const float* x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias) {
  naive_grad_weight(conv, of_planes(conv, x), grad_y, grad_weight, grad_bias);
}


}  // namespace badak::BADAK_ISA
