// direct_grad_x.cpp -- FIRST DRAFT
#include "pixels/direct.h"

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

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

}  // namespace badak::BADAK_ISA
